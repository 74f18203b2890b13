//go:build linux

package leaktest

import (
	"context"
	"fmt"
	"regexp"
)

// Run runs the scenarios inside the namespaces that Enter made, and tells of
// each as soon as it is over. ErrNotAllowed says that nothing could be run.
func Run(ctx context.Context, cfg Config, tell func(Result)) ([]Result, error) {
	only, err := regexp.Compile(cfg.Only)
	if err != nil {
		return nil, err
	}
	w, err := openWorld(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var list []Result
	for _, s := range scenarios() {
		if !only.MatchString(s.name) {
			continue
		}
		if ctx.Err() != nil {
			return list, ctx.Err()
		}
		r := (&trial{world: w, scenario: s, server: w.server}).run()
		tell(r)
		list = append(list, r)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no scenario is called %q", cfg.Only)
	}
	return list, nil
}
