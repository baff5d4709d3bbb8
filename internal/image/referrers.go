package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Attachment is a document that somebody attached to an image in its registry.
type Attachment struct {
	// Source names it: the repository and the digest of the document.
	Source string
	// Type is the media type of the document, and PredicateType what an annotation
	// says of the statement in it, if it is one.
	Type, PredicateType string
	// Subject is the digest to which it is attached: of the image or of an index
	// that names it.
	Subject string
	Data    []byte
}

// The bounds on what is attached to one image.
const (
	maxReferrers      = 1000
	maxAttachment     = 64 << 20  // bytes of a document
	maxAllAttachments = 256 << 20 // bytes of all
)

// Attached gives the documents attached to an image of a registry, in the ways that
// are in use: as a referrer of the OCI distribution specification 1.1, by its API or
// by the tag that stands in for it, and as an attestation under cosign's tag. Of
// those that want refuses, by the media type and the type of the predicate, nothing
// is fetched. The digest is that of the image manifest; what is attached to the index
// that the reference means is given too. No signature is verified.
func Attached(ctx context.Context, reference, digest string, opt Options, want func(mediaType, predicateType string) bool) ([]Attachment, error) {
	opt = opt.withDefaults()
	ref, err := name.ParseReference(reference)
	if err != nil {
		return nil, err
	}
	if isInsecure(ref.Context().RegistryStr(), opt) {
		if ref, err = name.ParseReference(reference, name.Insecure); err != nil {
			return nil, err
		}
	}
	what := "what is attached to image " + reference
	r, err := connect(ctx, ref.Context(), opt)
	if err != nil {
		return nil, explain(err, ref.Context(), what, opt)
	}
	defer r.base.CloseIdleConnections()
	subjects := []string{digest}
	if doc, d, err := r.root(ctx, ref); err != nil {
		return nil, explain(err, ref.Context(), what, opt)
	} else if d.Digest != digest && (!doc.isIndex() || !slices.ContainsFunc(doc.Manifests, func(m descriptor) bool { return m.Digest == digest })) {
		return nil, fmt.Errorf("%s: the registry has another image by that name since it was read", what)
	} else if d.Digest != digest {
		subjects = append(subjects, d.Digest)
	}
	f := &attachmentFetcher{registry: r, want: want, seen: make(map[string]bool)}
	for _, subject := range subjects {
		if err := f.of(ctx, subject); err != nil {
			return nil, explain(err, ref.Context(), what, opt)
		}
	}
	return f.found, nil
}

// attachmentFetcher collects what is attached to several subjects.
type attachmentFetcher struct {
	*registry
	want  func(mediaType, predicateType string) bool
	seen  map[string]bool // manifests, by digest
	size  int64
	found []Attachment
}

func (f *attachmentFetcher) of(ctx context.Context, subject string) error {
	referrers, err := f.referrers(ctx, subject)
	if err != nil {
		return err
	}
	if len(referrers) > maxReferrers {
		return fmt.Errorf("%d documents are attached to %s; at most %d are read", len(referrers), subject, maxReferrers)
	}
	for _, d := range referrers {
		if !mayBeWanted(d, f.want) || f.seen[d.Digest] {
			continue
		}
		f.seen[d.Digest] = true
		if err := d.check(); err != nil {
			return err
		}
		data, err := f.manifest(ctx, d.Digest, f.opt.Limits.JSON)
		if err != nil {
			return err
		}
		if err := verifyDigest(d.Digest, data); err != nil {
			return err
		}
		if err := f.documents(ctx, subject, data, d.Annotations); err != nil {
			return fmt.Errorf("referrer %s: %w", d.Digest, err)
		}
	}
	// cosign's tag holds a manifest with an envelope in each layer.
	data, err := f.manifest(ctx, strings.Replace(subject, ":", "-", 1)+".att", f.opt.Limits.JSON)
	if isMissing(err) {
		return nil
	} else if err != nil {
		return err
	}
	return f.documents(ctx, subject, data, nil)
}

// mayBeWanted is false if the descriptor of a manifest tells already that nothing in
// it is wanted.
func mayBeWanted(d referrer, want func(mediaType, predicateType string) bool) bool {
	if d.ArtifactType == "" || d.ArtifactType == mediaOCIConfig {
		return true
	}
	return want(d.ArtifactType, predicateTypeOf(d.Annotations))
}

// referrer is a descriptor in the list of referrers.
type referrer struct {
	descriptor
	ArtifactType string `json:"artifactType"`
}

// referrers lists the manifests whose subject is the digest, by the API or, where the
// registry has none, by the tag of the same name.
func (f *attachmentFetcher) referrers(ctx context.Context, digest string) ([]referrer, error) {
	var data []byte
	resp, err := f.get(ctx, "referrers", digest, http.Header{"Accept": {mediaOCIIndex}})
	if err == nil {
		if data, err = readResponse(ctx, resp, f.opt.Limits.JSON, f.opt); err != nil {
			return nil, err
		}
	} else if !isMissing(err) {
		return nil, err
	}
	var index struct {
		Manifests []referrer `json:"manifests"`
	}
	if data != nil && json.Unmarshal(data, &index) == nil && index.Manifests != nil {
		return index.Manifests, nil
	}
	data, err = f.manifest(ctx, strings.Replace(digest, ":", "-", 1), f.opt.Limits.JSON)
	if isMissing(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("the list of what refers to %s: %w", digest, err)
	}
	return index.Manifests, nil
}

// isMissing is true if a registry does not have, or does not know, what it was asked
// for.
func isMissing(err error) bool {
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.StatusCode {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusNotImplemented:
		return true
	}
	return false
}

// documents fetches the wanted layers of a manifest.
func (f *attachmentFetcher) documents(ctx context.Context, subject string, manifest []byte, annotations map[string]string) error {
	var doc struct {
		ArtifactType string            `json:"artifactType"`
		Config       descriptor        `json:"config"`
		Annotations  map[string]string `json:"annotations"`
		Layers       []descriptor      `json:"layers"`
	}
	if err := unmarshal(manifest, &doc); err != nil {
		return err
	}
	if doc.ArtifactType == "" && doc.Config.MediaType != mediaOCIConfig {
		doc.ArtifactType = doc.Config.MediaType
	}
	if len(doc.Layers) > maxReferrers {
		return fmt.Errorf("it has %d layers; at most %d are read", len(doc.Layers), maxReferrers)
	}
	for _, l := range doc.Layers {
		mediaType, predicate := l.MediaType, predicateTypeOf(l.Annotations, doc.Annotations, annotations)
		if !f.want(mediaType, predicate) {
			if doc.ArtifactType == "" || !f.want(doc.ArtifactType, predicate) {
				continue
			}
			mediaType = doc.ArtifactType // whose layers have a type that says less
		}
		if err := l.check(); err != nil {
			return err
		}
		if l.Size > maxAttachment || f.size+l.Size > maxAllAttachments {
			f.opt.Log.WarnContext(ctx, "an attached document is too large to be read", "image", f.repo.Name(), "document", l.Digest, "size", l.Size)
			continue
		}
		f.size += l.Size
		data, err := f.document(ctx, l, maxAttachment)
		if err != nil {
			return err
		}
		if err := verifyDigest(l.Digest, data); err != nil {
			return err
		}
		f.found = append(f.found, Attachment{
			Source: f.repo.Name() + "@" + l.Digest, Type: mediaType, PredicateType: predicate, Subject: subject, Data: data,
		})
	}
	return nil
}

// predicateTypeOf gives what annotations say of the type of a predicate, by the names
// that in-toto, cosign and Sigstore's bundles have for it.
func predicateTypeOf(all ...map[string]string) string {
	for _, a := range all {
		for _, key := range []string{"in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType"} {
			if v := a[key]; v != "" {
				return v
			}
		}
	}
	return ""
}
