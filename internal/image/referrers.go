package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Attachment is a document attached to an image in its registry, such as a VEX document
// or an attestation. Everyone who can push to the repository can attach one.
type Attachment struct {
	// Source is the repository and the digest of the document, REPOSITORY@DIGEST.
	Source string
	// Type is the media type of the document.
	Type string
	// PredicateType is the type of the in-toto predicate, from an annotation; "" if no
	// annotation has one.
	PredicateType string
	// Subject is the digest of the image manifest or index that the document is
	// attached to.
	Subject string
	// Data is the document. Its digest is verified, signatures are not.
	Data []byte
}

// Limits on the attachments of one image.
const (
	maxReferrers      = 1000
	maxAttachment     = 64 << 20  // bytes in one document
	maxAllAttachments = 256 << 20 // bytes in all documents
)

// Attachments downloads the documents attached to an image in a registry: referrers
// (OCI distribution specification 1.1, by the API or the fallback tag), and attestations
// under cosign's tag DIGEST.att. Digest is that of the image manifest. Documents attached
// to the index that reference names are included. Want decides by media type and
// predicate type which documents are downloaded. Documents over the size limit are
// logged and skipped. Attachments fails if reference no longer names the image with that
// digest. It verifies no signature.
func Attachments(ctx context.Context, reference, digest string, opt Options, want func(mediaType, predicateType string) bool) ([]Attachment, error) {
	opt = opt.withDefaults()
	_, own, err := endpoints(ctx, reference, opt)
	if err != nil {
		return nil, err
	}
	ref, opt := own.ref, own.options(opt)
	what := "documents attached to image " + reference
	r, err := connect(ctx, ref.Context(), opt)
	if err != nil {
		return nil, explain(err, ref.Context(), what, opt)
	}
	defer r.base.CloseIdleConnections()
	subjects := []string{digest}
	if doc, d, err := r.root(ctx, ref); err != nil {
		return nil, explain(err, ref.Context(), what, opt)
	} else if d.Digest != digest && (!doc.isIndex() || !slices.ContainsFunc(doc.Manifests, func(m descriptor) bool { return m.Digest == digest })) {
		return nil, fmt.Errorf("%s: the registry has another image under this name now", what)
	} else if d.Digest != digest {
		subjects = append(subjects, d.Digest)
	}
	f := &attachmentFetcher{registry: r, want: want, seen: make(map[string]bool)}
	for _, subject := range subjects {
		if err := f.fetchSubject(ctx, subject); err != nil {
			return nil, explain(err, ref.Context(), what, opt)
		}
	}
	return f.found, nil
}

// attachmentFetcher downloads the documents attached to several subjects.
type attachmentFetcher struct {
	*registry
	want  func(mediaType, predicateType string) bool
	seen  map[string]bool // digests of manifests
	size  int64           // bytes in all documents
	found []Attachment
}

// fetchSubject adds the documents attached to one digest.
func (f *attachmentFetcher) fetchSubject(ctx context.Context, subject string) error {
	referrers, err := f.referrers(ctx, subject)
	if err != nil {
		return err
	}
	if len(referrers) > maxReferrers {
		return fmt.Errorf("%d documents are attached to %s; the maximum is %d", len(referrers), subject, maxReferrers)
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
	// Under cosign's tag is a manifest with one envelope in each layer.
	data, err := f.manifest(ctx, strings.Replace(subject, ":", "-", 1)+".att", f.opt.Limits.JSON)
	if isMissing(err) {
		return nil
	} else if err != nil {
		return err
	}
	return f.documents(ctx, subject, data, nil)
}

// mayBeWanted reports whether a manifest can contain a wanted document, as far as its
// descriptor says.
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
		return nil, fmt.Errorf("list of referrers of %s: %w", digest, err)
	}
	return index.Manifests, nil
}

// isMissing reports whether err is a response of the registry that says that it does not
// have the manifest, or does not support the API.
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

// documents downloads the wanted documents, which are layers of a manifest. Annotations
// are those of the manifest's descriptor.
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
		return fmt.Errorf("it has %d layers; the maximum is %d", len(doc.Layers), maxReferrers)
	}
	for _, l := range doc.Layers {
		mediaType, predicate := l.MediaType, predicateTypeOf(l.Annotations, doc.Annotations, annotations)
		if !f.want(mediaType, predicate) {
			if doc.ArtifactType == "" || !f.want(doc.ArtifactType, predicate) {
				continue
			}
			mediaType = doc.ArtifactType // more specific than that of the layer, often application/json
		}
		if err := l.check(); err != nil {
			return err
		}
		if l.Size > maxAttachment || f.size+l.Size > maxAllAttachments {
			f.opt.Log.WarnContext(ctx, "an attached document is too large and was skipped", "image", f.repo.Name(), "document", l.Digest, "size", l.Size)
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

// predicateTypeOf returns the type of a predicate from the first annotation of in-toto,
// cosign or Sigstore bundles that has it, else "".
func predicateTypeOf(annotations ...map[string]string) string {
	for _, a := range annotations {
		for _, key := range []string{"in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType"} {
			if v := a[key]; v != "" {
				return v
			}
		}
	}
	return ""
}
