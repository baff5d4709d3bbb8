package image

import "errors"

func openRootFS(string, Options) (Source, error) {
	return nil, errors.New("a root file system cannot be read yet")
}
