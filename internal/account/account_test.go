package account

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMalformed(t *testing.T) {
	users, malformed := ParsePasswd("root:x:0:0::/root:/bin/sh\n\n# a comment\n+::::::\n:x:1:1::/:\nbob:x:1000\neve:x:-1:1::/:\r\n")
	if len(users) != 1 || users[0].Name != "root" || users[0].Line != 1 {
		t.Errorf("users %+v", users)
	}
	var lines []int
	for _, m := range malformed {
		lines = append(lines, m.Line)
	}
	if diff := cmp.Diff([]int{4, 5, 6, 7}, lines); diff != "" {
		t.Fatalf("malformed lines (-want +got)\n%s", diff)
	}
	if !errors.Is(malformed[0].Err, ErrNIS) || !errors.Is(malformed[1].Err, ErrNoName) {
		t.Errorf("malformed: %v", malformed)
	}
}

// TestHashes has hashes of the password "toor" with the salt "saltsalt" that another program
// computed.
func TestHashes(t *testing.T) {
	for name, field := range map[string]string{
		"md5crypt":    "$1$saltsalt$fz9m3OoeOUZ50I722c9rH/",
		"sha256crypt": "$5$saltsalt$KS2O/frx9VfZSuO8w8TmD12pwbGJ87yjt.0fQrwSHU5",
		"sha512crypt": "$6$rounds=1234$saltsalt$brrVfBDA8Sb8L87XsWeO/qYKv5DDP1oyKXrsIAaVf5x5cZasVEILre3dExuoBndJit/SalppQmF8drB1CSJWt0",
	} {
		if got := HashScheme(field); got != name {
			t.Errorf("%s: scheme %s", field, got)
		}
		if h, ok := ParseHash(field); !ok || !h.Matches("toor") || h.Matches("root") || h.Rounds < 1000 {
			t.Errorf("%s is not the hash of its password", field)
		}
		if h, ok := ParseHash(field + "."); ok && h.Matches("toor") {
			t.Errorf("%s matches with an extra byte", field)
		}
	}
}

func TestResolve(t *testing.T) {
	users, _ := ParsePasswd("root:x:0:0::/:/bin/sh\nu:x:5:6::/:/bin/sh\n7:x:8:9::/:/bin/sh\n")
	groups, _ := ParseGroup("root:x:0:u\ng:x:6:\nh:x:11:u,v\n")
	for spec, want := range map[string]Identity{
		"":           {Name: "root"},
		"u":          {Name: "u", UID: 5, GID: 6, Groups: []uint32{0, 11}},
		"5":          {Name: "u", UID: 5, GID: 6, Groups: []uint32{0, 11}},
		"u:h":        {Name: "u", UID: 5, GID: 11},
		"u:12":       {Name: "u", UID: 5, GID: 12},
		"7":          {Name: "7", UID: 8, GID: 9}, // a name that looks like a number
		"42":         {UID: 42},
		"42:g":       {UID: 42, GID: 6},
		"nobody":     {Unknown: "nobody"},
		"u:x":        {Unknown: "x"},
		"-1":         {Unknown: "-1"},
		"4294967296": {Unknown: "4294967296"},
	} {
		if diff := cmp.Diff(want, Resolve(spec, users, groups)); diff != "" {
			t.Errorf("USER %s: (-want +got)\n%s", spec, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/sh\n\n+::::::\n#\n:::::::\nroot:$6$a$b:1:2:3:4:5:6:7")
	f.Add("a:$1$\r\nb::\nc")
	f.Fuzz(func(t *testing.T, text string) {
		users, _ := ParsePasswd(text)
		groups, _ := ParseGroup(text)
		shadow, _ := ParseShadow(text)
		for _, p := range shadow {
			_ = HashScheme(p.Password)
		}
		for _, u := range users {
			if u.Name == "" {
				t.Error("an account without name")
			}
			Resolve(u.Name+":"+u.Shell, users, groups)
		}
	})
}

func FuzzParseHash(f *testing.F) {
	f.Add("$6$rounds=1000$salt$x")
	f.Add("$1$$")
	f.Fuzz(func(t *testing.T, field string) {
		h, ok := ParseHash(field)
		if ok && len(h.salt) > 16 {
			t.Errorf("%q: salt of %d bytes", field, len(h.salt))
		}
		if ok && h.Rounds < 10_000 {
			h.Matches("root")
		}
	})
}
