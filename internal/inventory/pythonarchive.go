package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// maxPythonText is the maximum size of the metadata of a distribution in an archive.
const maxPythonText = 1 << 20

// parsePythonArchive reads the distributions in an archive from which Python imports: a
// zipped egg, or an application of pex, shiv or zipapp.
func parsePythonArchive(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	return walkArchive(ctx, f, func(name []byte) bool {
		s := string(name)
		return s == "EGG-INFO/PKG-INFO" || strings.HasSuffix(s, ".dist-info/METADATA") || strings.HasSuffix(s, "/EGG-INFO/PKG-INFO")
	}, parsePython)
}

// parseYarnCache reads the package in an archive of yarn's cache, which has its files in
// node_modules/NAME.
func parseYarnCache(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	return walkArchive(ctx, f, func(name []byte) bool {
		if !bytes.HasSuffix(name, []byte("/package.json")) {
			return false
		}
		return isNPMPackage(&seaworthy.Header{Path: string(name)}) && bytes.Count(name, []byte(nodeModules)) == 1
	}, parseNPMPackage)
}

// walkArchive parses the wanted files of a zip archive. A file that is no archive has none:
// then it is a script.
func walkArchive(ctx context.Context, f *seaworthy.File, wanted func(name []byte) bool, parse func(context.Context, *seaworthy.File) ([]Package, error)) ([]Package, error) {
	z, err := zipfile.Open(f.ReaderAt(), f.Size)
	if errors.Is(err, zipfile.ErrIncomplete) && !bytes.HasPrefix(f.Head, []byte("PK")) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var packages []Package
	var errs errorList
	budget := int64(maxArchiveInflated)
	entries := maxArchiveEntries
	err = z.Walk(func(e *zipfile.Entry) error {
		if entries--; entries%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !wanted(e.Name) {
			return nil
		}
		name := string(e.Name)
		body, err := z.Read(e, maxPythonText, &budget)
		if err == nil {
			var list []Package
			list, err = parse(ctx, seaworthy.NewFile(&seaworthy.Header{Path: name, Size: int64(len(body))}, body, true))
			packages = append(packages, list...)
		}
		if errors.Is(err, zipfile.ErrBudget) {
			return err
		}
		if err != nil && len(errs) < maxArchiveErrors {
			errs = append(errs, fmt.Errorf("%s in it: %w", name, err))
		}
		return checkPackageCount(packages)
	})
	if err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return packages, errs
	}
	return packages, nil
}
