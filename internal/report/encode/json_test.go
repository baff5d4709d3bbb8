package encode

import (
	"bytes"
	"encoding/json"
	"testing"
)

func FuzzIndented(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `[{}, [], "", {"a":[1,2.5e3,null,true]}]`, `{"a\"{[,:\\":"\\","b":{"c":[[]]}}`, `"x"`, `-1`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var compact, want bytes.Buffer
		if json.Compact(&compact, text) != nil {
			t.Skip("no JSON")
		}
		if err := json.Indent(&want, compact.Bytes(), "    ", "  "); err != nil {
			t.Fatal(err)
		}
		if got := appendIndented(nil, compact.Bytes(), "    "); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%s\nbecomes\n%s\nnot\n%s", compact.Bytes(), got, want.Bytes())
		}
	})
}
