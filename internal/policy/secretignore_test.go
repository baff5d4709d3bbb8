package policy

import (
	"testing"

	"seaworthy.dev/seaworthy"
)

func TestBaseline(t *testing.T) {
	finding := func(print string, at ...seaworthy.Location) *seaworthy.Finding {
		return &seaworthy.Finding{Risk: seaworthy.Secret, ID: "private-key", Fingerprint: print, Locations: at}
	}
	a, b := seaworthy.Location{Path: "srv/a.key", Line: 1}, seaworthy.Location{Path: "srv/b.key", Line: 7}
	env := seaworthy.Location{Instruction: "ENV TOKEN=***"}
	p := permitted{source: "report.json", reason: "known"}
	if err := p.baseline([]byte(`{"schemaVersion": 1, "findings": [
		{"risk": "secret", "id": "private-key", "severity": "high", "title": "x", "fingerprint": "f1", "locations": [{"path": "srv/a.key", "line": 1}, {"instruction": "ENV TOKEN=***"}]},
		{"risk": "trust", "id": "unsigned", "severity": "high", "title": "x"}]}`)); err != nil {
		t.Fatal(err)
	}
	if len(p.all) != 1 {
		t.Fatalf("%d exceptions, want one: other risks have no say", len(p.all))
	}
	for _, c := range []struct {
		name string
		f    *seaworthy.Finding
		want bool
	}{
		{"the same place", finding("f2", a), true},
		{"the configuration", finding("f2", env), true},
		{"one place more", finding("f2", a, b), false},
		{"moved, known by its fingerprint", finding("f1", b), true},
		{"another line", finding("f2", seaworthy.Location{Path: "srv/a.key", Line: 2}), false},
		{"no place", finding("f2"), false},
	} {
		got, err := p.all[0].covers(c.f, nil)
		if err != nil || got != c.want {
			t.Errorf("%s: covered %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

func FuzzSecretIgnore(f *testing.F) {
	f.Add([]byte("# x\nsrv/a:private-key:1\n0123456789abcdef:srv/b:jwt:0\n"))
	f.Add([]byte(`[{"RuleID": "a", "File": "b", "StartLine": 1}]`))
	f.Add([]byte(`{"schemaVersion": 1, "findings": [{"risk": "secret", "id": "a", "locations": [{"path": "b"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseSecretIgnore("x", data)
		p := permitted{source: "x"}
		if p.baseline(data) == nil {
			all = append(all, p.all...)
		}
		for _, e := range all {
			if e.places == nil || e.id == "" && err == nil && len(e.places) == 0 {
				t.Errorf("an exception for everything: %+v", e)
			}
		}
	})
}
