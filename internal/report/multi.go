package report

import (
	"errors"
	"slices"

	"seaworthy.dev/seaworthy"
)

// Multi passes each event to all handlers in turn and stops at the first error.
// Its Close closes those that are Writers, all of them, and joins their errors.
func Multi(handlers ...seaworthy.Handler) Writer {
	return multi(slices.Clone(handlers))
}

type multi []seaworthy.Handler

func (m multi) each(f func(seaworthy.Handler) error) error {
	for _, h := range m {
		if err := f(h); err != nil {
			return err
		}
	}
	return nil
}

func (m multi) Provenance(p *seaworthy.Provenance) error {
	return m.each(func(h seaworthy.Handler) error { return h.Provenance(p) })
}

func (m multi) Progress(l *seaworthy.Progress) error {
	return m.each(func(h seaworthy.Handler) error { return h.Progress(l) })
}

func (m multi) Image(i *seaworthy.Image) error {
	return m.each(func(h seaworthy.Handler) error { return h.Image(i) })
}

func (m multi) Package(p *seaworthy.Package) error {
	return m.each(func(h seaworthy.Handler) error { return h.Package(p) })
}

func (m multi) Finding(f *seaworthy.Finding) error {
	return m.each(func(h seaworthy.Handler) error { return h.Finding(f) })
}

func (m multi) Coverage(c *seaworthy.Coverage) error {
	return m.each(func(h seaworthy.Handler) error { return h.Coverage(c) })
}

func (m multi) Verdict(v *seaworthy.Verdict) error {
	return m.each(func(h seaworthy.Handler) error { return h.Verdict(v) })
}

func (m multi) Hide(f *seaworthy.Finding) error {
	return m.each(func(h seaworthy.Handler) error { return hide(h, f) })
}

func (m multi) Close() error {
	var errs []error
	for _, h := range m {
		errs = append(errs, closeHandler(h))
	}
	return errors.Join(errs...)
}

func closeHandler(h seaworthy.Handler) error {
	if w, ok := h.(Writer); ok {
		return w.Close()
	}
	return nil
}
