package filecheck

import "testing"

func TestDistributionPrivilegedIsSorted(t *testing.T) {
	for _, p := range distributionPrivileged {
		if !installedPrivileged("usr/"+p, 0) || plainProgramPath(p) != p {
			t.Errorf("%s is not found: not sorted, or not plain", p)
		}
	}
	for path, want := range map[string]bool{
		"sbin/unix_chkpwd": true, "usr/sbin/unix_chkpwd": true, "usr/lib/x86_64-linux-gnu/utempter/utempter": true, "usr/lib64/ssh/ssh-keysign": true,
		"opt/bin/su": false, "usr/local/bin/su": false, "su": false, "home/games/su": false,
	} {
		if got := installedPrivileged(path, 0); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}
