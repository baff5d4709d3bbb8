package misconfig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
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

func TestResolveUser(t *testing.T) {
	users, _ := parsePasswd("root:x:0:0::/:/bin/sh\nu:x:5:6::/:/bin/sh\n7:x:8:9::/:/bin/sh\n")
	groups, _ := parseGroup("root:x:0:u\ng:x:6:\nh:x:11:u,v\n")
	for spec, want := range map[string]user{
		"":           {name: "root"},
		"u":          {name: "u", uid: 5, gid: 6, groups: []uint32{0, 11}},
		"5":          {name: "u", uid: 5, gid: 6, groups: []uint32{0, 11}},
		"u:h":        {name: "u", uid: 5, gid: 11},
		"u:12":       {name: "u", uid: 5, gid: 12},
		"7":          {name: "7", uid: 8, gid: 9}, // a name that looks like a number
		"42":         {uid: 42},
		"42:g":       {uid: 42, gid: 6},
		"nobody":     {unknown: "nobody"},
		"u:x":        {unknown: "x"},
		"-1":         {unknown: "-1"},
		"4294967296": {unknown: "4294967296"},
	} {
		if diff := cmp.Diff(want, resolveUser(spec, users, groups), cmp.AllowUnexported(user{})); diff != "" {
			t.Errorf("USER %s: (-want +got)\n%s", spec, diff)
		}
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
	s := newSubjectOf(t, img)
	for path, want := range map[string]string{
		"opt/closed": "", "opt/world": "opt/world", "opt/group": "opt/group", "opt/readonly": "opt/readonly",
		"opt/open/in": "opt/open", "opt/open/none": "opt/open", "opt/sticky/in": "", "opt/sticky/none": "opt/sticky",
		"opt/mine/in": "opt/mine", "opt/link": "opt/open", "opt/loop": "", "opt/safe": "", "opt/none": "", "": "",
	} {
		at, ok := s.replaceable(path, s.user)
		if at.Path != want && ok || ok != (want != "") {
			t.Errorf("%s: replaceable at %q (%t), want %q", path, at.Path, ok, want)
		}
	}
	if at, ok := s.replaceable("opt/world", user{}); ok {
		t.Errorf("root: replaceable at %q", at.Path)
	}
}
