package misconfig

import (
	"encoding/json"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// withFile is an image with one file.
func withFile(name, body string) imagetest.Image {
	return layered(imagetest.Layer{imagetest.File(name, body)})
}

func accountExamples() []example {
	passwd := func(body string) imagetest.Image {
		return layered(imagetest.Layer{
			imagetest.FileMode("bin/sh", 0o755, ""), imagetest.Symlink("bin/bash", "sh"), imagetest.File("etc/passwd", body),
		})
	}
	shadow := func(passwd, shadow string) imagetest.Image {
		return layered(imagetest.Layer{imagetest.File("etc/passwd", passwd), imagetest.File("etc/shadow", shadow)})
	}
	const (
		root  = "root:x:0:0:root:/root:/bin/bash\n"
		hash  = "$6$saltsalt$" // a hash would follow
		debra = "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nsync:x:4:65534:sync:/bin:/bin/sync\n"
	)
	return []example{
		{
			check: "account-password-empty",
			trigger: map[string]imagetest.Image{
				"in shadow":         shadow(root, "root:::0:::::\n"),
				"in passwd":         passwd("root::0:0:root:/root:/bin/bash\n"),
				"without a shell":   passwd("app::100:100::/:/sbin/nologin\n"),
				"no account for it": shadow(root, "ghost:::0:::::\n"),
			},
			clean: map[string]imagetest.Image{
				"locked":       shadow(root, "root:!::0:::::\nbin:*:::::::\napp:!!::\n"),
				"no passwords": shadow(root, "root:"+hash+":19000:0:99999:7:::\n"),
				"blank lines":  passwd("\n" + root + "\n   \n"),
				"corrected in a later layer": layered(
					imagetest.Layer{imagetest.File("etc/passwd", root), imagetest.File("etc/shadow", "root:::0:::::")},
					imagetest.Layer{imagetest.File("etc/shadow", "root:*::0:::::")}),
			},
		},
		{
			check: "account-password-set",
			trigger: map[string]imagetest.Image{
				"in shadow": shadow(root, "root:"+hash+"abc:19000:0:99999:7:::\n"),
				"in passwd": passwd("root:" + hash + "abc:0:0::/root:/bin/sh\n"),
			},
			clean: map[string]imagetest.Image{
				"locked":             shadow(root, "root:*:19000:0:99999:7:::\napp:!:19000::::::\n"),
				"a locked hash":      shadow(root, "root:!"+hash+"abc:19000:0:99999:7:::\n"),
				"removed by a layer": layered(imagetest.Layer{imagetest.File("etc/shadow", "root:"+hash+"abc:1::")}, imagetest.Layer{imagetest.Whiteout("etc/shadow")}),
			},
		},
		{
			check: "account-duplicate-id",
			trigger: map[string]imagetest.Image{
				"accounts": passwd(root + "a:x:1000:1000::/:/bin/sh\nb:x:1000:1001::/:/bin/sh\n"),
				"groups":   withFile("etc/group", "a:x:5:\nb:x:5:\n"),
			},
			clean: map[string]imagetest.Image{"numbers of their own": passwd(root + debra)},
		},
		{
			check: "account-duplicate-name",
			trigger: map[string]imagetest.Image{
				"accounts":  passwd(root + "a:x:1000:1000::/:/bin/sh\na:x:1001:1001::/:/bin/sh\n"),
				"groups":    withFile("etc/group", "a:x:5:\na:x:6:\n"),
				"in shadow": shadow(root, "root:*:::::::\nroot:!:::::::\n"),
			},
			clean: map[string]imagetest.Image{"names of their own": passwd(root + debra)},
		},
		{
			check:   "account-root-alias",
			trigger: map[string]imagetest.Image{"toor": passwd(root + "toor:x:0:0::/root:/bin/sh\n")},
			clean:   map[string]imagetest.Image{"root alone": passwd(root + debra)},
		},
		{
			check: "account-system-shell",
			trigger: map[string]imagetest.Image{
				"bash":     passwd(root + "www-data:x:33:33::/var/www:/bin/bash\n"),
				"no shell": passwd(root + "app:x:100:100::/:\n"),
			},
			clean: map[string]imagetest.Image{
				"as shipped":      passwd(root + debra + "shutdown:x:6:0::/sbin:/sbin/shutdown\noperator:x:11:0:operator:/root:/bin/sh\n"),
				"no such shell":   withFile("etc/passwd", root+"app:x:100:100::/:/bin/sh\n"),
				"a human account": passwd(root + "bob:x:1000:1000::/home/bob:/bin/bash\n"),
			},
		},
		{
			check: "account-line-malformed",
			trigger: map[string]imagetest.Image{
				"few fields": passwd(root + "app:x:100\n"),
				"NIS":        passwd(root + "+::::::\n"),
				"no number":  passwd(root + "app:x:abc:100::/:/bin/sh\n"),
				"no name":    withFile("etc/group", ":x:5:\n"),
			},
			clean: map[string]imagetest.Image{
				"comments and blanks": passwd("# accounts\n\n" + root),
				"short group":         withFile("etc/group", "root:x:0\nbin:x:1:root,bin\n"),
			},
		},
	}
}

func TestEmptyPasswordSeverity(t *testing.T) {
	for _, test := range []struct {
		passwd, shadow string
		want           seaworthy.Severity
	}{
		{"root:x:0:0::/root:/bin/sh", "root:::", seaworthy.High},
		{"root:x:0:0::/root:", "root:::", seaworthy.High},
		{"app:x:9:9::/:/sbin/nologin", "app:::", seaworthy.Medium},
		{"root:*:0:0::/root:/bin/sh", "root:::", seaworthy.Low},
	} {
		got := analyze(t, layered(imagetest.Layer{imagetest.File("etc/passwd", test.passwd), imagetest.File("etc/shadow", test.shadow)}))
		for _, f := range got.findings {
			if f.ID == "account-password-empty" && f.Severity != test.want {
				t.Errorf("%s with %s: severity %s, want %s", test.passwd, test.shadow, f.Severity, test.want)
			}
		}
		if !strings.Contains(got.String(), "account-password-empty") {
			t.Errorf("%s with %s: not found", test.passwd, test.shadow)
		}
	}
}

// TestNoHashIsKept holds the facts, which are cached, to what reducePasswords
// promises.
func TestNoHashIsKept(t *testing.T) {
	const secret = "qwertzuiop"
	a := New(nil)
	m := merge(t, a, layered(imagetest.Layer{
		imagetest.File("etc/shadow", "root:$6$"+secret+"$"+secret+":1:2:3\nbin:$1$"+secret),
		imagetest.File("etc/passwd", "root:$y$"+secret+":0:0::/:/bin/sh\n"),
	}))
	var f check.Facts
	if err := json.Unmarshal(m.Result(a, 0), &f); err != nil {
		t.Fatal(err)
	}
	for _, b := range f.Texts {
		if strings.Contains(string(b.Value), secret) {
			t.Errorf("the facts keep %q", b.Value)
		}
	}
}
