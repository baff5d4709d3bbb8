package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func userExamples() []example {
	accounts := imagetest.Layer{
		imagetest.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\napp:x:100:101::/:/sbin/nologin\ndev:x:1000:1000::/home/dev:/bin/sh\n"),
		imagetest.File("etc/group", "root:x:0:\napp:x:101:\nwheel:x:10:root,dev\ndocker:x:999:\ndev:x:1000:\n"),
	}
	runAs := func(user string) imagetest.Image {
		img := layered(accounts)
		img.Config.Config.User = user
		return img
	}
	scratch := func(user string) imagetest.Image { return configured(seaworthy.ContainerConfig{User: user}) }
	return []example{
		{
			check: "user-root",
			trigger: map[string]imagetest.Image{
				"no user": scratch(""), "name": runAs("root"), "number": runAs("0"), "number and group": runAs("0:0"),
				"name and group": runAs("root:root"), "another group": runAs("root:app"), "another name of uid 0": runAs("toor"),
				"no accounts": scratch("0"), "root in scratch": scratch("root"),
			},
			clean: map[string]imagetest.Image{"number": runAs("1000"), "name": runAs("app"), "unknown": runAs("nobody")},
		},
		{
			check:   "user-root-group",
			trigger: map[string]imagetest.Image{"given": runAs("100:0"), "by name": runAs("app:root"), "by default": scratch("10001")},
			clean:   map[string]imagetest.Image{"given": scratch("10001:10001"), "from passwd": runAs("100"), "root": runAs("0")},
		},
		{
			check:   "user-privileged-group",
			trigger: map[string]imagetest.Image{"member": runAs("dev"), "given": runAs("app:docker"), "by number": runAs("1000")},
			clean:   map[string]imagetest.Image{"no member": runAs("app"), "group given instead": runAs("dev:dev"), "root": runAs("root")},
		},
		{
			check:   "user-unknown",
			trigger: map[string]imagetest.Image{"user": runAs("nobody"), "group": runAs("app:staff"), "scratch": scratch("app")},
			clean:   map[string]imagetest.Image{"there": runAs("app"), "number": scratch("77:77")},
		},
		{
			check:   "user-not-numeric",
			trigger: map[string]imagetest.Image{"name": runAs("app")},
			clean:   map[string]imagetest.Image{"number": runAs("100"), "root": runAs("root"), "none": runAs("")},
		},
	}
}

func TestReplaceable(t *testing.T) {
	img := layered(imagetest.Layer{
		imagetest.Dir("opt", 0o755), imagetest.Dir("opt/open", 0o777), imagetest.Dir("opt/sticky", 0o777|01000),
		imagetest.Dir("opt/mine", 0o755).Owned(1000, 1000),
		imagetest.File("opt/closed", ""),
		imagetest.FileMode("opt/world", 0o666, ""),
		imagetest.FileMode("opt/group", 0o664, "").Owned(0, 1000),
		imagetest.FileMode("opt/readonly", 0o444, "").Owned(1000, 0),
		imagetest.File("opt/open/in", ""), imagetest.File("opt/sticky/in", ""), imagetest.File("opt/mine/in", ""),
		imagetest.Symlink("opt/link", "open/in"), imagetest.Symlink("opt/loop", "loop"), imagetest.Symlink("opt/safe", "/opt/closed"),
	})
	s := imageOf(t, img)
	for path, want := range map[string]string{
		"opt/closed": "", "opt/world": "opt/world", "opt/group": "opt/group", "opt/readonly": "opt/readonly",
		"opt/open/in": "opt/open", "opt/open/none": "opt/open", "opt/sticky/in": "", "opt/sticky/none": "opt/sticky",
		"opt/mine/in": "opt/mine", "opt/link": "opt/open", "opt/loop": "", "opt/safe": "", "opt/none": "", "": "",
	} {
		at, ok := s.Replaceable(path, s.User)
		if at.Path != want && ok || ok != (want != "") {
			t.Errorf("%s: replaceable at %q (%t), want %q", path, at.Path, ok, want)
		}
	}
	if at, ok := s.Replaceable("opt/world", account.Identity{}); ok {
		t.Errorf("root: replaceable at %q", at.Path)
	}
}
