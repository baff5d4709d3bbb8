package inventory

import "strings"

// PURL gives the package URL (ECMA-427) of the package in an image of the
// release, which may be nil.
func (p *Package) PURL(r *Release) string {
	var b strings.Builder
	b.WriteString("pkg:" + p.Type)
	namespace, name := p.split(r)
	for element := range strings.SplitSeq(namespace, "/") {
		if element != "" {
			b.WriteByte('/')
			writeEscaped(&b, element)
		}
	}
	b.WriteByte('/')
	writeEscaped(&b, name)
	version, epoch := p.Version, ""
	if p.Type == "rpm" { // its epoch is a qualifier
		if e, rest, ok := strings.Cut(version, ":"); ok {
			epoch, version = e, rest
		}
	}
	if version != "" {
		b.WriteByte('@')
		writeEscaped(&b, version)
	}
	separator := byte('?')
	qualify := func(key, value string) {
		if value == "" {
			return
		}
		b.WriteByte(separator)
		b.WriteString(key + "=")
		writeEscaped(&b, value)
		separator = '&'
	}
	qualify("arch", p.Arch)
	if p.System() && r != nil && r.ID != "" {
		qualify("distro", strings.TrimSuffix(r.ID+"-"+r.VersionID, "-"))
	}
	qualify("epoch", epoch)
	return b.String()
}

// System is true for a package of an operating system's package manager.
func (p *Package) System() bool {
	switch p.Type {
	case "alpm", "apk", "deb", "ebuild", "opkg", "rpm":
		return true
	}
	return false
}

// split gives the namespace and the name of the package URL, in the spelling that
// the type asks for.
func (p *Package) split(r *Release) (namespace, name string) {
	name = p.Name
	switch p.Type {
	case "deb", "apk", "alpm":
		return vendor(r), strings.ToLower(name)
	case "rpm":
		return vendor(r), name
	case "maven":
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			return group, artifact
		}
		return "", name
	case "pypi":
		return "", strings.ReplaceAll(strings.ToLower(name), "_", "-")
	case "golang", "composer":
		name = strings.ToLower(name)
	case "npm", "ebuild":
	default:
		return "", name
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// vendor is the namespace of the packages of a distribution.
func vendor(r *Release) string {
	if r == nil {
		return ""
	}
	if d, ok := distributions[r.ID]; ok {
		return d.namespace
	}
	return strings.ToLower(r.ID)
}

// writeEscaped writes an element of a package URL, in which only letters, digits
// and a few marks stand for themselves.
func writeEscaped(b *strings.Builder, s string) {
	const hexadecimal = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(".-_~:", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexadecimal[c>>4])
			b.WriteByte(hexadecimal[c&15])
		}
	}
}
