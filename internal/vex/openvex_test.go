package vex

import (
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestNestedComponents has components as deep as a JSON document may be, each level of
// which would decode the rest again.
func TestNestedComponents(t *testing.T) {
	const depth = 4900
	product := strings.Repeat(`{"@id":"pkg:npm/a@1","subcomponents":[`, depth) + strings.Repeat(`"pkg:npm/b@1",`, 50_000) + `"pkg:npm/c@1"` + strings.Repeat("]}", depth)
	body := `{"@context":"https://openvex.dev/ns/v0.2.0","author":"a","timestamp":"2024-01-01T00:00:00Z","statements":[
		{"vulnerability":{"name":"CVE-2024-1"},"status":"fixed","products":[` + product + `]}]}`
	imagetest.CheckCPU(t, 2*time.Second, func() {
		if _, err := Parse("a.json", []byte(body)); err != nil {
			t.Error(err)
		}
	})
}
