package secret

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

func random(seed uint64) *rand.Rand           { return credentialtest.Random(seed) }
func textOf(r *rand.Rand, expr string) string { return credentialtest.Text(r, expr) }
func githubToken(seed uint64) string          { return credentialtest.GitHubToken(seed) }
func key(t testing.TB) string                 { return credentialtest.Key(t) }
func keyBytes(t testing.TB) []byte            { return credentialtest.KeyBytes(t) }
func base64Of(s string) string                { return base64.StdEncoding.EncodeToString([]byte(s)) }
