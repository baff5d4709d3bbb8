//go:build linux

package main

import (
	"testing"
	"time"
)

func TestMeasureTakesVerdictsForSuccess(t *testing.T) {
	for _, c := range []struct {
		script string
		ok     bool
	}{
		{"exit 0", true},
		{"exit 1", true},
		{"exit 2", false},
		{"exit 3", true},
		{"kill -9 $$", false},
	} {
		s, err := measure(t.Context(), t.TempDir(), "/bin/sh", "-c", c.script)
		if (err == nil) != c.ok {
			t.Errorf("%q: error %v", c.script, err)
		}
		if c.ok && (s.wall <= 0 || s.peak <= 0) {
			t.Errorf("%q: measured %+v", c.script, s)
		}
	}
}

func TestMedianIsOfEachFigure(t *testing.T) {
	got := samples{
		{wall: 3 * time.Second, cpu: 1 * time.Second, peak: 7},
		{wall: 1 * time.Second, cpu: 9 * time.Second, peak: 5},
		{wall: 2 * time.Second, cpu: 4 * time.Second, peak: 6},
	}.median()
	if want := (sample{wall: 2 * time.Second, cpu: 4 * time.Second, peak: 6}); got != want {
		t.Errorf("median %+v, want %+v", got, want)
	}
}
