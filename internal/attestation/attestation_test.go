package attestation

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

const statement = `{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns", "subject": [{"name": "a", "digest": {"sha256": "AB"}}], "predicate": {"x": 1}}`

func envelope(payload string) string {
	data, err := json.Marshal(map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": base64.StdEncoding.EncodeToString([]byte(payload)), "signatures": []any{map[string]any{"sig": "x"}}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestOpen(t *testing.T) {
	for _, tt := range []struct {
		data   string
		signed bool
	}{{statement, false}, {envelope(statement), true}, {`{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": ` + envelope(statement) + `}`, true}} {
		s, ok, err := Open([]byte(tt.data))
		if err != nil || !ok {
			t.Fatalf("%s: %v %v", tt.data, ok, err)
		}
		if s.PredicateType != "https://openvex.dev/ns" || !s.IsAbout("sha256:ab") || s.IsAbout("sha256:cd") || string(s.Predicate) != `{"x": 1}` || s.Signed != tt.signed {
			t.Errorf("%s: %+v", tt.data, s)
		}
	}
	s, ok, err := Open([]byte(strings.Replace(statement, `{"x": 1}`, `{"Data": "{\"y\": 2}", "Timestamp": "now"}`, 1)))
	if err != nil || !ok || string(s.Predicate) != `{"y": 2}` {
		t.Errorf("cosign's custom predicate: %+v %v %v", s, ok, err)
	}
	if _, ok, err := Open([]byte(`{"bomFormat": "CycloneDX"}`)); ok || err != nil {
		t.Errorf("other JSON is read as a statement: %v", err)
	}
	for _, bad := range []string{"", "{", `{"payloadType": "x", "payload": "!"}`, envelope("no JSON"), envelope(`{}`), envelope(envelope(statement))} {
		if _, ok, err := Open([]byte(bad)); ok || err == nil {
			t.Errorf("%.40s: no error", bad)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(statement))
	f.Add([]byte(envelope(statement)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, ok, err := Open(data); ok && (s == nil || err != nil) {
			t.Fatal("ok without a statement, or with an error")
		}
	})
}
