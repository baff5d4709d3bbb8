package jsonerror

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

func TestExplain(t *testing.T) {
	type document struct {
		Name  string `json:"name"`
		Items []struct {
			Size uint8 `json:"size"`
		} `json:"items"`
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "it is JSON that ends before it is complete"},
		{"truncated", "{\n\"name\": ", "it is JSON that ends before it is complete"},
		{"invalid character", "{\n\"name\": x}", "it is invalid JSON: line 2: invalid character 'x' looking for beginning of value"},
		{"another type", "[1]", "line 1: it must not be a JSON array"},
		{"another type of a field", "{\n\"name\":\n1}", "line 3: name must not be a JSON number"},
		{"another type in a list", `{"items": [{"size": "1"}]}`, "line 1: items.size must not be a JSON string"},
		{"number that is too large", `{"items": [{"size": 256}]}`, "line 1: items.size must not be a JSON number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Explain([]byte(c.text), json.Unmarshal([]byte(c.text), new(document)))
			if err == nil || err.Error() != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	other := errors.New("another error")
	if err := Explain(nil, other); err != other {
		t.Errorf("another error became %v", err)
	}
	truncated := json.NewDecoder(bytes.NewReader([]byte(`{"name": `))).Decode(new(document))
	if err := Explain(nil, truncated); err.Error() != "it is JSON that ends before it is complete" {
		t.Error(err)
	}
	if err := Explain(nil, json.Unmarshal([]byte("[1]"), new(document))); err.Error() != "it must not be a JSON array" {
		t.Error(err)
	}
}
