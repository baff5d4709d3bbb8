package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../docs/schema/report-v1.schema.json"

// validate holds a document to the schema that users are given.
func validate(t *testing.T, document []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

func TestJSONConformsToSchema(t *testing.T) {
	for _, s := range fleet() {
		if err := validate(t, []byte(write(t, JSON, Options{}, s))); err != nil {
			t.Errorf("%s: %v", s.image.Reference, err)
		}
	}
}

// The schema refuses what is no report, or it would prove nothing.
func TestSchemaIsStrict(t *testing.T) {
	good := write(t, JSON, Options{}, harbour())
	for _, change := range []struct{ old, new string }{
		{`"schemaVersion": 1`, `"schemaVersion": 2`},
		{`"verdict": {`, `"decision": {`},
		{`"data": [`, `"dates": [`},
		{`"size": 1234567890`, `"size": "big"`},
		{`"risk": "secret"`, `"risk": "fire"`},
		{`"severity": "high"`, `"severity": "dire"`},
		{`"state": "partial"`, `"state": "half"`},
		{`"reason": "no advisories`, `"because": "no advisories`},
		{`"layer": 1`, `"layer": -1`},
		{`"decision": "fail"`, `"decision": "sink"`},
		{`"created": "2024`, `"created": "in 2024`},
	} {
		if !strings.Contains(good, change.old) {
			t.Fatalf("the fixture has no %s", change.old)
		}
		if validate(t, []byte(strings.Replace(good, change.old, change.new, 1))) == nil {
			t.Errorf("the schema allows %s", change.new)
		}
	}
}

// The fields of a document stand in a fixed order, so that it can be written
// while the scan runs, and its arrays are there when they are empty.
func TestJSONOrder(t *testing.T) {
	d := json.NewDecoder(strings.NewReader(write(t, JSON, Options{}, skiff())))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"schemaVersion", "tool", "data", "policy", "image", "packages", "findings", "coverage", "verdict"} {
		key, err := d.Token()
		if err != nil || key != want {
			t.Fatalf("field %v, error %v, want %s", key, err, want)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if array := want == "data" || want == "packages" || want == "findings"; array && string(value) != "[]" {
			t.Errorf("%s is %s, want an empty array", want, value)
		}
	}
	if d.More() {
		t.Error("the document has more fields")
	}
}
