package buildcheck

import "testing"

func FuzzLiteralCredential(f *testing.F) {
	f.Add("DB_PASSWORD", "${x}")
	f.Fuzz(func(t *testing.T, name, value string) {
		if literalCredential(value) && value == "" {
			t.Error("nothing is a credential")
		}
		counts(name, value)
	})
}
