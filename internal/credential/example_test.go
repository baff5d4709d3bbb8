package credential_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

func ExampleRules_Find() {
	rules, err := credential.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	text := []byte("url: https://example.com\nCI_TOKEN: " + credentialtest.GitHubToken(1) + "\n")
	origin := credential.OriginOf("srv/settings.yml", text)
	for _, m := range rules.Find(text, &origin).Matches {
		fmt.Println(m.Rule.Name, "from byte", m.Start)
	}
	// Output: GitHub personal access token from byte 35
}
