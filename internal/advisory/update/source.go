package update

import (
	"cmp"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
)

// SetSources sets where data comes from: Source, KEV and EPSS, each a URL or a path,
// where an empty source stands for OSV's public export. Credentials in a URL go to
// Users. Paths become absolute, since the database remembers where its data is from.
func (u *Updater) SetSources(source, kev, epss string) error {
	u.Source, u.KEV, u.EPSS = cmp.Or(source, DefaultSource), kev, epss
	if u.Source == DefaultSource {
		u.KEV, u.EPSS = cmp.Or(kev, DefaultKEV), cmp.Or(epss, DefaultEPSS)
	}
	for _, location := range []*string{&u.Source, &u.KEV, &u.EPSS} {
		if *location == "" {
			continue
		}
		var err error
		if strings.Contains(*location, "://") {
			err = u.takeUser(location)
		} else {
			*location, err = filepath.Abs(*location)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeUser moves the credentials in a URL, if it has some, to Users.
func (u *Updater) takeUser(location *string) error {
	at, err := url.Parse(*location)
	if err != nil {
		return errors.New("the URL of a source cannot be read; a password in it must be escaped (%40 for @)") // err may quote the password
	}
	if at.User == nil {
		return nil
	}
	if u.Users == nil {
		u.Users = make(map[string]*url.Userinfo)
	}
	u.Users[at.Host], at.User = at.User, nil
	*location = at.String()
	return nil
}
