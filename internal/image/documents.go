package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"seaworthy.dev/seaworthy"
)

// Limits on the documents of one image.
const (
	maxDocument     = 32 << 20 // bytes in one attestation
	maxDocuments    = 64 << 20 // bytes in all documents
	maxAttestations = 100
)

// documents returns the documents that describe an image: its configuration, its manifest,
// the indexes that were read on the way to it, and what the attestations of the index say
// of it. It also returns which of them it had to skip. An attestation that is missing in an
// archive is none of those: Docker saves an image without what it has not pulled.
func (r *ociResolver) documents(ctx context.Context, digest string, manifest *document, config []byte) (list []seaworthy.Document, skipped []Omission) {
	size := 0
	add := func(name string, data []byte) {
		if size += len(data); size > maxDocuments {
			skipped = append(skipped, Omission{seaworthy.CodeLimitExceeded, fmt.Sprintf("%s was not scanned: the documents of the image have more than %d bytes", name, maxDocuments)})
			return
		}
		list = append(list, seaworthy.Document{Name: name, Data: data})
	}
	add("configuration", config)
	add("manifest", manifest.raw)
	for _, index := range r.indexes {
		add("index", index.raw)
	}
	for i, d := range r.attestations {
		if subject := d.Annotations[annotationSubject]; subject != "" && subject != digest {
			continue
		}
		err := error(nil)
		if i >= maxAttestations {
			err = fmt.Errorf("the index has more than %d attestations", maxAttestations)
		} else {
			err = r.statements(ctx, d, add)
		}
		if refused := new(transport.Error); errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
			err = errors.New("the registry does not have it")
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && ctx.Err() == nil {
			skipped = append(skipped, Omission{seaworthy.CodeUnreadable, fmt.Sprintf("attestation %s was not scanned: %v", shorten(d.Digest), err)})
		}
	}
	return list, skipped
}

// statements calls add for each document of an attestation manifest.
func (r *ociResolver) statements(ctx context.Context, d descriptor, add func(name string, data []byte)) error {
	doc, err := r.fetch(ctx, d)
	if err != nil {
		return err
	}
	if doc.isIndex() {
		return errors.New("it is an index")
	}
	if len(doc.Layers) > maxAttestations {
		return fmt.Errorf("it has more than %d documents", maxAttestations)
	}
	for _, l := range doc.Layers {
		if l.Size > maxDocument {
			return tooLarge(l.Size, maxDocument)
		}
		data, err := r.read(ctx, l)
		if err != nil {
			return err
		}
		name := "attestation"
		if predicate := l.Annotations[annotationPredicate]; predicate != "" {
			name += " " + shorten(predicate)
		}
		add(name, data)
	}
	return nil
}
