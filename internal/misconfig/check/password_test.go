package check

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/account"
)

// TestKnownPassword uses hashes of the password "toor" and the salt "saltsalt", made by
// another program.
func TestKnownPassword(t *testing.T) {
	for _, field := range cryptVectors {
		left := MaxRounds
		if !knownPassword("root", field, &left) {
			t.Errorf("%s is not known", field)
		}
		if left < 0 || left == MaxRounds {
			t.Errorf("%s: %d rounds left", field, left)
		}
		left = MaxRounds
		if knownPassword("root", field+".", &left) {
			t.Errorf("%s is known with another end", field)
		}
		left = 10
		if knownPassword("root", field, &left) {
			t.Errorf("%s is known without rounds to try it", field)
		}
	}
}

var cryptVectors = []string{
	"$1$saltsalt$fz9m3OoeOUZ50I722c9rH/",
	"$5$saltsalt$KS2O/frx9VfZSuO8w8TmD12pwbGJ87yjt.0fQrwSHU5",
	"$6$saltsalt$imNpoTToxg0uElWe0jkumPeYaSbMjdfpMltx4ujhl6fBM0Kbfp4goTvuYuH/9J.53A/DGQiRrlELi.Z/L.rQo/",
	"$6$rounds=1234$saltsalt$brrVfBDA8Sb8L87XsWeO/qYKv5DDP1oyKXrsIAaVf5x5cZasVEILre3dExuoBndJit/SalppQmF8drB1CSJWt0",
}

func FuzzReducePasswords(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/sh\n\n+::::::\n#\n:::::::\nroot:$6$a$b:1:2:3:4:5:6:7")
	f.Add("a:$1$\r\nb::\nc")
	f.Fuzz(func(t *testing.T, body string) {
		left := 10_000
		reduced := string(ReducePasswords([]byte(body), &left))
		if strings.Count(reduced, "\n") != strings.Count(body, "\n") {
			t.Errorf("reduced to another number of lines:\n%q\n%q", body, reduced)
		}
		users, malformed := account.ParsePasswd(body)
		again, malformedAgain := account.ParsePasswd(reduced)
		if len(users) != len(again) || len(malformed) != len(malformedAgain) {
			t.Errorf("reduced to other accounts:\n%q\n%q", body, reduced)
		}
	})
}
