package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// sudoing is an image with sudo, the accounts app (1000, which it runs as) and
// web (1001), and these sudoers.
func sudoing(text string, more ...imagetest.Entry) imagetest.Image {
	return files(append([]imagetest.Entry{
		imagetest.File("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\nweb:x:1001:1001::/:/bin/sh\n"),
		imagetest.File("etc/group", "root:x:0:\nadm:x:4:app\napp:x:1000:\n"),
		imagetest.FileMode("usr/bin/sudo", 0o4755, "ELF"),
		imagetest.FileMode("etc/sudoers", 0o440, text),
	}, more...)...)
}

func sudoExamples() []example {
	const debian = "Defaults env_reset\nDefaults secure_path=\"/usr/sbin:/usr/bin\"\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"
	return []example{
		{
			check: "sudo-nopasswd",
			trigger: images{
				"all commands":      sudoing("app ALL=(ALL) NOPASSWD: ALL"),
				"in another file":   sudoing(debian, imagetest.FileMode("etc/sudoers.d/app", 0o440, "app ALL=(ALL) NOPASSWD:ALL\n")),
				"an editor":         sudoing("%adm ALL=(root) NOPASSWD: /usr/bin/vim /etc/hosts"),
				"no authentication": sudoing("Defaults !authenticate\nweb ALL=(ALL) ALL"),
				"no sudoers yet":    files(imagetest.File("etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD: /usr/bin/vi\n")),
				"something unknown": sudoing("web ALL=NOPASSWD: /opt/deploy"),
			},
			clean: images{
				"Debian's":               sudoing(debian),
				"root only":              sudoing("root ALL=(ALL) NOPASSWD: ALL"),
				"as another user":        sudoing("app ALL=(web) NOPASSWD: ALL"),
				"overridden":             sudoing("app ALL=NOPASSWD: /bin/sh\napp ALL=(ALL) ALL"),
				"a file that is skipped": sudoing(debian, imagetest.File("etc/sudoers.d/app.bak", "app ALL=NOPASSWD: ALL")),
				"removed later":          layered(imagetest.Layer{imagetest.File("etc/sudoers", "app ALL=NOPASSWD: ALL")}, imagetest.Layer{imagetest.File("etc/sudoers", debian)}),
			},
		},
		{
			check:   "sudo-wildcard",
			trigger: images{"in arguments": sudoing("app ALL=NOPASSWD: /bin/cat /var/log/*"), "in the path": sudoing("app ALL=NOPASSWD: /opt/bin/*")},
			clean:   images{"none": sudoing(debian), "quoted": sudoing(`app ALL=/bin/cat /var/log/syslog`)},
		},
		{
			check:   "sudo-no-authentication",
			trigger: images{"for all": sudoing("Defaults !authenticate"), "for one": sudoing("Defaults:app !authenticate")},
			clean:   images{"Debian's": sudoing(debian), "on": sudoing("Defaults authenticate")},
		},
		{
			check:   "sudo-environment",
			trigger: images{"kept": sudoing("Defaults env_keep += \"HOME LD_PRELOAD\""), "not reset": sudoing("Defaults !env_reset"), "all": sudoing("Defaults setenv")},
			clean:   images{"Debian's": sudoing(debian), "harmless": sudoing("Defaults env_keep += \"LANG http_proxy\""), "removed": sudoing("Defaults env_keep -= LD_PRELOAD")},
		},
		{
			check:   "sudo-excluded",
			trigger: images{"a shell": sudoing("app ALL=ALL, !/bin/sh")},
			clean:   images{"all": sudoing("app ALL=ALL"), "one of a list": sudoing("app ALL=/bin/a, !/bin/b")},
		},
		{
			check:   "sudo-anybody",
			trigger: images{"all": sudoing("ALL ALL=(ALL) ALL")},
			clean:   images{"openSUSE's": sudoing("Defaults targetpw\nALL ALL=(ALL) ALL"), "a group": sudoing("%wheel ALL=(ALL) ALL")},
		},
		{
			check: "sudoers-writable",
			trigger: images{
				"by all":        files(imagetest.FileMode("etc/sudoers", 0o666, debian)),
				"the user's":    files(imagetest.FileMode("etc/sudoers.d/a", 0o440, "x ALL=ALL").Owned(1000, 0)),
				"its directory": files(imagetest.Dir("etc/sudoers.d", 0o777), imagetest.FileMode("etc/sudoers.d/a", 0o440, "x ALL=ALL")),
			},
			clean: images{"root's": sudoing(debian), "root may": files(imagetest.FileMode("etc/sudoers", 0o640, debian))},
		},
		{
			check:   "sudoers-unreadable",
			trigger: images{"nonsense": sudoing("app may do anything")},
			clean:   images{"Debian's": sudoing(debian), "an include that is not there": sudoing("@include /etc/sudoers.local")},
		},
	}
}

func TestSudoSeverity(t *testing.T) {
	severities{
		"all, for the user":           {sudoing("app ALL=(ALL) NOPASSWD: ALL"), seaworthy.High},
		"all, by number":              {sudoing("#1000 ALL=(ALL) NOPASSWD: ALL"), seaworthy.High},
		"all, for the user's group":   {sudoing("%adm ALL=(ALL) NOPASSWD: ALL"), seaworthy.High},
		"all, for another":            {sudoing("web ALL=(ALL) NOPASSWD: ALL"), seaworthy.Medium},
		"all, for no account here":    {sudoing("%wheel ALL=(ALL) NOPASSWD: ALL"), seaworthy.Low},
		"all but the user":            {sudoing("ALL,!app ALL=(ALL) NOPASSWD: ALL"), seaworthy.Medium},
		"an editor with a fixed file": {sudoing("app ALL=NOPASSWD: /usr/bin/vim /etc/hosts"), seaworthy.High},
		"find, free":                  {sudoing("app ALL=NOPASSWD: /usr/bin/find"), seaworthy.High},
		"find, fixed":                 {sudoing("app ALL=NOPASSWD: /usr/bin/find /tmp -delete"), seaworthy.Low},
		"apt-get, wildcard":           {sudoing("app ALL=NOPASSWD: /usr/bin/apt-get install *"), seaworthy.High},
		"cat, free":                   {sudoing("app ALL=NOPASSWD: /bin/cat"), seaworthy.Medium},
		"unknown":                     {sudoing("app ALL=NOPASSWD: /opt/x"), seaworthy.Medium},
		"unknown, the user's own":     {sudoing("app ALL=NOPASSWD: /opt/x", imagetest.FileMode("opt/x", 0o755, "x").Owned(1000, 1000)), seaworthy.High},
		"no sudo":                     {files(imagetest.File("etc/sudoers", "#1000 ALL=NOPASSWD: ALL")), seaworthy.Medium},
	}.hold(t, "sudo-nopasswd")
}
