package script

func (f *Face) doProfileCreate(c command) (map[string]any, error) {
	p, err := f.phone.CreateProfile(c.Name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"profile": p}, nil
}
