package verify

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential"
)

func TestIssuersAreOfRules(t *testing.T) {
	rs, err := credential.Default()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, i := range issuers {
		if !strings.HasPrefix(i.url, "https://") {
			t.Errorf("%v: %s", i.rules, i.url)
		}
		if i.basicUser == "" && !strings.Contains(i.header+i.url, "%s") {
			t.Errorf("%v: the question does not hold the secret", i.rules)
		}
		for _, id := range i.rules {
			if seen[id] || rs.Rule(id).Source == "" {
				t.Errorf("%s stands twice, or is no rule", id)
			}
			seen[id] = true
		}
	}
}
