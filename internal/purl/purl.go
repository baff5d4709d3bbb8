// Package purl parses and formats package URLs according to ECMA-427:
//
//	pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS#SUBPATH
//
// [Parse] accepts URLs that common programs write although they are not canonical. It
// refuses text without scheme, type or name, and invalid percent-encoding. It does not know
// the rules of the types, such as names in lower case: package inventory does.
package purl

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// URL has the parts of a package URL, without percent-encoding.
type URL struct {
	Type, Namespace, Name, Version string
	Qualifiers                     map[string]string
	// Subpath is a path in the package, without slashes at its ends.
	Subpath string
}

// Parse parses a package URL. It accepts an @ or + that is not encoded, any qualifier, and
// white space around the URL, since other programs write these.
func Parse(s string) (URL, error) {
	const scheme = "pkg:"
	var u URL
	s = strings.TrimSpace(s)
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return u, errors.New(`it does not begin with "pkg:"`)
	}
	rest, subpath, _ := strings.Cut(s[len(scheme):], "#")
	rest, query, _ := strings.Cut(rest, "?")
	rest = strings.Trim(rest, "/")
	kind, rest, ok := strings.Cut(rest, "/")
	if !ok || kind == "" {
		return u, errors.New("it has no type or no name")
	}
	u.Type = strings.ToLower(kind)
	// A version may contain slashes, and a namespace may start with @.
	if at := strings.LastIndexByte(rest, '@'); at > 0 && rest[at-1] != '/' {
		rest, u.Version = rest[:at], rest[at+1:]
	}
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		u.Namespace, rest = rest[:slash], rest[slash+1:]
	}
	u.Name = rest
	for _, part := range []*string{&u.Namespace, &u.Name, &u.Version} {
		text, err := url.PathUnescape(*part)
		if err != nil {
			return u, fmt.Errorf("%q is not percent-encoded", *part)
		}
		*part = text
	}
	if u.Name == "" {
		return u, errors.New("it has no name")
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		text, err := url.PathUnescape(value)
		if err != nil {
			return u, fmt.Errorf("%q is not percent-encoded", value)
		}
		if key == "" || text == "" {
			continue
		}
		if u.Qualifiers == nil {
			u.Qualifiers = make(map[string]string)
		}
		u.Qualifiers[strings.ToLower(key)] = text
	}
	var err error
	u.Subpath, err = parseSubpath(subpath)
	return u, err
}

// parseSubpath returns the elements of a subpath. It drops those that a canonical subpath
// does not have: empty ones, "." and "..".
func parseSubpath(s string) (string, error) {
	var elements []string
	for element := range strings.SplitSeq(s, "/") {
		text, err := url.PathUnescape(element)
		if err != nil {
			return "", fmt.Errorf("%q is not percent-encoded", element)
		}
		if text = strings.Trim(text, "/"); text != "" && text != "." && text != ".." {
			elements = append(elements, text)
		}
	}
	return strings.Join(elements, "/"), nil
}

// String returns the canonical form. It omits qualifiers without a value.
func (u *URL) String() string {
	var b strings.Builder
	b.WriteString("pkg:" + u.Type)
	for element := range strings.SplitSeq(u.Namespace, "/") {
		if element != "" {
			b.WriteByte('/')
			writeEscaped(&b, element)
		}
	}
	b.WriteByte('/')
	writeEscaped(&b, u.Name)
	if u.Version != "" {
		b.WriteByte('@')
		writeEscaped(&b, u.Version)
	}
	separator := byte('?')
	for _, key := range slices.Sorted(maps.Keys(u.Qualifiers)) {
		value := u.Qualifiers[key]
		if value == "" {
			continue
		}
		b.WriteByte(separator)
		b.WriteString(key + "=")
		writeEscaped(&b, value)
		separator = '&'
	}
	separator = '#'
	for element := range strings.SplitSeq(u.Subpath, "/") {
		if element != "" && element != "." && element != ".." {
			b.WriteByte(separator)
			writeEscaped(&b, element)
			separator = '/'
		}
	}
	return b.String()
}

// writeEscaped writes an element of a package URL, and percent-encodes all bytes except
// letters, digits and .-_~:
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
