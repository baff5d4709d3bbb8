package seaworthy_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"seaworthy.dev/seaworthy"
)

func ExampleParseEcosystem() {
	e := seaworthy.ParseEcosystem("Red Hat:enterprise_linux:9")
	fmt.Println(e.Name, "|", e.Release, "|", e)
	fmt.Println(seaworthy.ParseEcosystem("npm") == seaworthy.Ecosystem{Name: "npm"})
	// Output:
	// Red Hat | enterprise_linux:9 | Red Hat:enterprise_linux:9
	// true
}

// TestEcosystemInJSON: it is a plain string, and none is no field.
func TestEcosystemInJSON(t *testing.T) {
	for _, c := range []struct {
		ecosystem seaworthy.Ecosystem
		want      string
	}{
		{seaworthy.Ecosystem{}, `{"name":"p","version":"1"}`},
		{seaworthy.Ecosystem{Name: "npm"}, `{"name":"p","version":"1","ecosystem":"npm"}`},
		{seaworthy.Ecosystem{Name: "Ubuntu", Release: "24.04:LTS"}, `{"name":"p","version":"1","ecosystem":"Ubuntu:24.04:LTS"}`},
	} {
		p := seaworthy.Package{Name: "p", Version: "1", Ecosystem: c.ecosystem}
		data, err := json.Marshal(p)
		if err != nil || string(data) != c.want {
			t.Errorf("got %s, %v, want %s", data, err, c.want)
		}
		var back seaworthy.Package
		if err := json.Unmarshal(data, &back); err != nil || back.Ecosystem != c.ecosystem {
			t.Errorf("%s: got %+v, %v, want %+v", data, back.Ecosystem, err, c.ecosystem)
		}
	}
}

func FuzzEcosystem(f *testing.F) {
	f.Add("Debian:12")
	f.Add("Red Hat:enterprise_linux:9::baseos")
	f.Add("npm")
	f.Fuzz(func(t *testing.T, text string) {
		e := seaworthy.ParseEcosystem(text)
		if back := seaworthy.ParseEcosystem(e.String()); back != e {
			t.Errorf("%q: %+v, and again %+v", text, e, back)
		}
	})
}
