package check

import (
	"fmt"
	"slices"

	"seaworthy.dev/seaworthy/internal/account"
)

// Accounts are the live account files of an image.
type Accounts struct {
	Users           []account.User
	ByName          map[string]account.User // the first of each name
	Groups          []account.Group
	Shadow, Gshadow []account.ShadowEntry
	// Files are the account files that exist and were read, by name: "passwd".
	Files map[string]File
	// Malformed are the lines that could not be parsed, by the name of the file.
	Malformed map[string][]account.MalformedLine
	// Unread are the reasons why files that exist were not read, by the name of the file.
	Unread map[string]string
}

func (s *Image) readAccounts() Accounts {
	a := Accounts{Files: map[string]File{}, Malformed: map[string][]account.MalformedLine{}, Unread: map[string]string{}}
	read := func(name string) string {
		t, ok := s.ReadText("etc/" + name)
		if !ok {
			if e, there := s.Resolve("etc/" + name); there {
				a.Unread[name] = fmt.Sprintf("etc/%s is %s, a %s of %d bytes, which was not read.", name, e.Path, e.Type, e.Size)
			} else if _, there := s.Lookup("etc/" + name); there {
				a.Unread[name] = fmt.Sprintf("etc/%s is a link to nowhere.", name)
			}
			return ""
		}
		a.Files[name] = t
		return t.Body
	}
	a.Users, a.Malformed["passwd"] = account.ParsePasswd(read("passwd"))
	a.ByName = make(map[string]account.User, len(a.Users))
	for _, u := range slices.Backward(a.Users) {
		a.ByName[u.Name] = u
	}
	a.Groups, a.Malformed["group"] = account.ParseGroup(read("group"))
	a.Shadow, a.Malformed["shadow"] = account.ParseShadow(read("shadow"))
	a.Gshadow, a.Malformed["gshadow"] = account.ParseShadow(read("gshadow"))
	return a
}
