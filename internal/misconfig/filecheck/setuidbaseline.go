package filecheck

import (
	"slices"
	"strings"
)

// distributionPrivileged lists the programs that packages of distributions install setuid
// or setgid: Debian, Ubuntu, Alpine, Fedora, RHEL and its derivatives, Amazon Linux, SUSE
// and Arch. Paths are in the form of plainProgramPath, sorted. The list does not say
// which of the two bits a program has, because that differs between distributions
// (crontab, unix_chkpwd, chage). The owner must be a system account.
var distributionPrivileged = [...]string{
	"bin/Xorg", "bin/arping", "bin/at", "bin/bbsuid", "bin/bsd-write", "bin/bwrap", "bin/chage", "bin/chfn", "bin/chsh",
	"bin/clockdiff", "bin/cockpit-session", "bin/crontab", "bin/doas", "bin/dotlockfile", "bin/dumpcap", "bin/exim4", "bin/expiry",
	"bin/fdmount", "bin/firejail", "bin/fusermount", "bin/fusermount3", "bin/gnome-keyring-daemon", "bin/gpasswd",
	"bin/grub2-set-bootflag", "bin/ksu", "bin/locate", "bin/lockdev", "bin/lockfile", "bin/lppasswd", "bin/mail-lock",
	"bin/mail-touchlock", "bin/mail-unlock", "bin/mlocate", "bin/mount", "bin/mount.cifs", "bin/mount.ecryptfs_private", "bin/mount.nfs",
	"bin/mtr-packet", "bin/netreport", "bin/newgidmap", "bin/newgrp", "bin/newuidmap", "bin/ntfs-3g", "bin/nullmailer-queue",
	"bin/opiepasswd", "bin/opiesu", "bin/pam_extrausers_chkpwd", "bin/pam_timestamp_check", "bin/passwd", "bin/ping", "bin/ping6",
	"bin/pkexec", "bin/plocate", "bin/postdrop", "bin/postqueue", "bin/pppd", "bin/procmail", "bin/rcp", "bin/rlogin", "bin/rsh",
	"bin/screen", "bin/sendmail.sendmail", "bin/sg", "bin/slocate", "bin/smtpctl", "bin/ssh-agent", "bin/staprun", "bin/su", "bin/sudo",
	"bin/sudoedit", "bin/suexec", "bin/suexec2", "bin/traceroute6", "bin/traceroute6.iputils", "bin/umount", "bin/unix2_chkpwd",
	"bin/unix_chkpwd", "bin/userhelper", "bin/usernetctl", "bin/utempter", "bin/vlock", "bin/wall", "bin/write", "bin/write.ul",
	"bin/xterm",
	"lib/apache2/suexec-custom", "lib/apache2/suexec-pristine", "lib/chromium-browser/chrome-sandbox", "lib/chromium/chrome-sandbox",
	"lib/cockpit/cockpit-session", "lib/dbus-1.0/dbus-daemon-launch-helper", "lib/dbus-1/dbus-daemon-launch-helper",
	"lib/dbus-daemon-launch-helper", "lib/eject/dmcrypt-get-device", "lib/nagios/plugins/check_dhcp", "lib/nagios/plugins/check_icmp",
	"lib/openssh/ssh-keysign", "lib/policykit-1/polkit-agent-helper-1", "lib/polkit-1/polkit-agent-helper-1",
	"lib/polkit-agent-helper-1", "lib/pt_chown", "lib/snapd/snap-confine", "lib/spice-gtk/spice-client-glib-usb-acl-helper",
	"lib/ssh/ssh-keysign", "lib/sssd/krb5_child", "lib/sssd/ldap_child", "lib/sssd/p11_child", "lib/sssd/proxy_child",
	"lib/sssd/selinux_child", "lib/utempter/utempter", "lib/vte-2.91/gnome-pty-helper", "lib/xorg/Xorg.wrap",
	"libexec/Xorg.wrap", "libexec/abrt-action-install-debuginfo-to-abrt-cache", "libexec/cockpit-session",
	"libexec/dbus-1/dbus-daemon-launch-helper", "libexec/dbus-daemon-launch-helper", "libexec/openssh/ssh-keysign",
	"libexec/polkit-1/polkit-agent-helper-1", "libexec/polkit-agent-helper-1", "libexec/pt_chown", "libexec/qemu-bridge-helper",
	"libexec/spice-gtk-x86_64/spice-client-glib-usb-acl-helper", "libexec/ssh/ssh-keysign", "libexec/sssd/krb5_child",
	"libexec/sssd/ldap_child", "libexec/sssd/p11_child", "libexec/sssd/proxy_child", "libexec/sssd/selinux_child",
	"libexec/sudo/sesh", "libexec/utempter/utempter",
	"opt/google/chrome/chrome-sandbox",
}

// maxSystemID is the highest id of a system account in any of the distributions.
const maxSystemID = 999

// installedPrivileged reports whether a package of a distribution installs this program
// setuid or setgid.
func installedPrivileged(path string, uid uint32) bool {
	if uid > maxSystemID {
		return false
	}
	plain := plainProgramPath(path)
	if strings.HasPrefix(plain, "games/") {
		return true // Debian's games keep their scores with the group games
	}
	_, ok := slices.BinarySearch(distributionPrivileged[:], plain)
	return ok
}

// distributionCapable lists the programs that packages of distributions install with file
// capabilities, and the capabilities among these that are equivalent to root.
var distributionCapable = [...]struct {
	path  string
	names []string
}{
	{"bin/newgidmap", []string{"cap_setgid"}},
	{"bin/newuidmap", []string{"cap_setuid"}},
	{"bin/suexec", []string{"cap_setgid", "cap_setuid"}},
	{"bin/systemd-detect-virt", []string{"cap_dac_override", "cap_sys_ptrace"}},
	{"lib/sssd/krb5_child", []string{"cap_dac_read_search", "cap_setgid", "cap_setuid"}},
	{"lib/sssd/ldap_child", []string{"cap_dac_read_search"}},
	{"lib/sssd/selinux_child", []string{"cap_setgid", "cap_setuid"}},
	{"lib/sssd/sssd_pam", []string{"cap_dac_read_search"}},
	{"libexec/sssd/krb5_child", []string{"cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_setgid", "cap_setuid"}},
	{"libexec/sssd/ldap_child", []string{"cap_chown", "cap_dac_override", "cap_dac_read_search"}},
	{"libexec/sssd/selinux_child", []string{"cap_chown", "cap_dac_override", "cap_setgid", "cap_setuid"}},
	{"libexec/sssd/sssd_pam", []string{"cap_dac_read_search"}},
}

// installedCapable reports whether a package of a distribution gives this program these
// root-equivalent capabilities, or more.
func installedCapable(path string, c fileCapabilities) bool {
	plain := plainProgramPath(path)
	for _, d := range distributionCapable {
		if d.path != plain {
			continue
		}
		for _, r := range rootlikeCapabilities {
			if c.has(r.name) && !slices.Contains(d.names, r.name) {
				return false
			}
		}
		return true
	}
	return false
}

// plainProgramPath maps the different paths of the same program to one. Some
// distributions have merged /bin into /usr/bin, or sbin into bin, and others have not.
func plainProgramPath(path string) string {
	path = strings.TrimPrefix(path, "usr/")
	dir, rest, ok := strings.Cut(path, "/")
	if !ok {
		return path
	}
	switch dir {
	case "sbin":
		return "bin/" + rest
	case "lib64":
		return "lib/" + rest
	case "lib":
		if triplet, after, ok := strings.Cut(rest, "/"); ok && strings.Contains(triplet, "-linux-") {
			return "lib/" + after
		}
	}
	return path
}
