package report

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/text"
)

// What is replayed from JSON gives every format as the scan itself did.
func TestReadJSONGivesEveryFormat(t *testing.T) {
	recorded := write(t, JSON, Options{}, fleet()...)
	for _, f := range Formats() {
		opt := Options{Now: now, Verbose: true, Color: true}
		direct := write(t, f, opt, fleet()...)
		replayed := written(t, f, opt, func(h seaworthy.Handler) error {
			return ReadJSON(strings.NewReader(recorded), h)
		})
		if diff := cmp.Diff(direct, replayed); diff != "" {
			t.Errorf("%s: replayed JSON differs (-direct +replayed):\n%s", f, diff)
		}
	}
}

// Every report that a released version wrote can be read for ever.
func TestReadJSONReleased(t *testing.T) {
	files, err := filepath.Glob("testdata/released/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no released samples: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, data); err != nil {
			t.Errorf("%s does not conform to the schema: %v", file, err)
		}
		again := written(t, JSON, Options{}, func(h seaworthy.Handler) error {
			return ReadJSON(bytes.NewReader(data), h)
		})
		// Fields that the version did not know yet may be made of those that it knew.
		if diff := cmp.Diff(parsed(t, string(data)), without(parsed(t, again), "remedy", "controlItems")); diff != "" {
			t.Errorf("%s is not kept (-file +rewritten):\n%s", file, diff)
		}
	}
}

func parsed(t *testing.T, document string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// without removes fields of these names from all objects of a document.
func without(v any, names ...string) any {
	switch v := v.(type) {
	case map[string]any:
		for _, n := range names {
			delete(v, n)
		}
		for _, e := range v {
			without(e, names...)
		}
	case []any:
		for _, e := range v {
			without(e, names...)
		}
	}
	return v
}

func TestReadJSONErrors(t *testing.T) {
	good := write(t, JSON, Options{}, harbour())
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the fixture has no %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	tests := []struct{ name, in, want string }{
		{"empty", " \n", "is empty"},
		{"text", "harbour:1.4\n", "document 1: line 1, column 1: invalid character 'h'"},
		{"truncated", good[:300], "document 1: line 11, column "},
		{"torn", good + good[:40], "document 2: line 4, column 5: the document ends before it is complete"},
		{"garbage between", good + "\n}" + good, "document 2: line 1, column 1"},
		{"array", "[1]", "column 2: it must not be a JSON array"},
		{"no version", "{}", "no schemaVersion"},
		{"null", "null", "no schemaVersion"},
		{"later version", change(`"schemaVersion": 1`, `"schemaVersion": 2`), "its schemaVersion is 2; this version of Seaworthy reads 1"},
		{"version as text", change(`"schemaVersion": 1`, `"schemaVersion": "1"`), "line 2, column 23: schemaVersion must not be a JSON string"},
		{"no image", change(`"image": {`, `"picture": {`), "it has no image"},
		{"no verdict", change(`"verdict": {`, `"decision": {`), "it has no verdict"},
		{"wrong type", change(`"size": 1234567890`, `"size": "big"`), "image.size must not be a JSON string"},
		{"unknown severity", change(`"severity": "high"`, `"severity": "dire"`), `findings[2]: unknown severity "dire"`},
		{"unknown risk", change(`"risk": "secret"`, `"risk": "fire"`), `findings[9]: unknown risk "fire"`},
		{"finding of wrong type", change(`"id": "user-root"`, `"id": 7`), "findings[3]: id must not be a JSON number"},
		{"null finding", change(`"findings": [`, `"findings": [null,`), "findings[0] is null"},
		{"unknown state", change(`"state": "partial"`, `"state": "half"`), `coverage[2]: unknown state "half"`},
		{"unknown decision", change(`"decision": "fail"`, `"decision": "sink"`), `unknown decision "sink"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := ReadJSON(strings.NewReader(tt.in), text.New(io.Discard, Options{}))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want one with %q", err, tt.want)
			}
		})
	}
}

func TestReadJSONIgnoresUnknownFields(t *testing.T) {
	good := write(t, JSON, Options{}, harbour())
	later := strings.Replace(good, `"schemaVersion": 1,`, `"schemaVersion": 1, "weather": {"wind": [3]},`, 1)
	later = strings.Replace(later, `"id": "user-root",`, `"id": "user-root", "depth": 4,`, 1)
	got := written(t, JSON, Options{}, func(h seaworthy.Handler) error { return ReadJSON(strings.NewReader(later), h) })
	if diff := cmp.Diff(good, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadJSONIsBounded(t *testing.T) {
	good := write(t, JSON, Options{}, skiff())
	if err := readJSON(strings.NewReader(good), text.New(io.Discard, Options{}), int64(len(good))); err != nil {
		t.Errorf("a report as long as the limit: %v", err)
	}
	err := readJSON(strings.NewReader(good), text.New(io.Discard, Options{}), int64(len(good))-1)
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a report longer than the limit: error %v", err)
	}
}

// Whatever is read, every format can write it, and JSON keeps it.
func FuzzReadJSON(f *testing.F) {
	// The seeds are small, because the engine minimises what it finds interesting.
	document := func(image, findings, coverage string) []byte {
		return []byte(`{"schemaVersion":1,"tool":{},"policy":{},"image":{` + image + `},"findings":[` + findings + `],"coverage":[` + coverage + `],"verdict":{"decision":"pass"}}`)
	}
	f.Add(document("", "", ""))
	f.Add(document(`"created":"2024-05-06T07:08:09+02:00","os":{"id":"a"},"layers":[{"size":-1,"instruction":"RUN a"}]`, "", `{"risk":"malware","state":"failed","subject":"\u202e","reason":"::x"}`))
	f.Add(document(`"layers":null`, `{"risk":"trust","severity":"low","locations":[{"layer":-1,"removedIn":99}]}`, `{"risk":"trust","state":"checked"}`))
	f.Add(document(`"layers":[{}]`, `{"risk":"secret","severity":"high","title":"t","evidence":"a\nb","locations":[{"pathBase64":"/w==","line":1,"layer":0}],"exception":{"reason":"r"}}`, ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		var first bytes.Buffer
		if ReadJSON(bytes.NewReader(data), newJSON(&first)) != nil {
			return
		}
		for _, format := range Formats() {
			var out bytes.Buffer
			w, err := New(format, &out, Options{Now: now, Width: 40})
			if err != nil {
				t.Fatal(err)
			}
			if err := ReadJSON(bytes.NewReader(first.Bytes()), w); err != nil {
				t.Fatalf("%s: what was written cannot be read: %v", format, err)
			}
			if err := w.Close(); err != nil {
				t.Fatalf("%s: Close: %v", format, err)
			}
			if format == JSON && !bytes.Equal(first.Bytes(), out.Bytes()) {
				t.Errorf("JSON changes when it is read and written:\n%s\n%s", first.Bytes(), out.Bytes())
			}
		}
	})
}
