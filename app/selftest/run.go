package selftest

import (
	"context"
	"errors"
	"time"

	"paravent/app/phone"
)

// limit bounds the whole check. It takes about ten seconds on a computer that
// has nothing else to do.
const limit = 60 * time.Second

// Run does the check. An end of ctx ends it with ctx's error; ErrCannotRun and
// ErrTooSlow say that nothing could be said.
func Run(ctx context.Context, cfg Config) (phone.PrivacyReport, error) {
	if cfg.Progress == nil {
		cfg.Progress = func(int, int) {}
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	report, err := run(timed, cfg)
	switch {
	case ctx.Err() != nil:
		return phone.PrivacyReport{}, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return phone.PrivacyReport{}, ErrTooSlow
	}
	return report, err
}

func run(ctx context.Context, cfg Config) (phone.PrivacyReport, error) {
	w, err := open(ctx, cfg)
	if err != nil {
		return phone.PrivacyReport{}, err
	}
	trials, err := w.runAll(ctx, cfg.Progress)
	if err := errors.Join(err, w.close()); err != nil {
		return phone.PrivacyReport{}, err
	}
	return w.report(trials), nil
}

func (w *world) report(trials []*trial) phone.PrivacyReport {
	r := phone.PrivacyReport{At: time.Now(), Passed: true, Route: string(w.cfg.Settings.Effective().Privacy.Route), Learned: []phone.Learned{}}
	for _, t := range trials {
		r.Learned = append(r.Learned, w.learned(t)...)
	}
	for _, j := range judges {
		result := j.judge(w, trials).result(j.rule)
		r.Rules = append(r.Rules, result)
		r.Passed = r.Passed && result.Verdict != phone.Failed
	}
	for _, l := range r.Learned {
		r.Passed = r.Passed && !l.Forbid
	}
	return r
}
