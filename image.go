package seaworthy

import (
	"encoding/json"
	"time"
)

// Image is a container image for one platform.
type Image struct {
	// Reference is the image as the user named it.
	Reference string `json:"reference"`
	// Repository is the repository in a registry that the image was read from, with
	// the registry: "docker.io/library/alpine"; empty for any other source.
	Repository string `json:"repository,omitempty"`
	// Names are the names that the archive, layout or daemon gives the image, as it
	// writes them: "alpine:3", "docker.io/library/alpine:3"; nil for any other source.
	Names []string `json:"names,omitempty"`
	// Digest is the digest of the image manifest; empty where the source has
	// none (a docker archive of the old form, a root file system).
	Digest string `json:"digest,omitempty"`
	// IndexDigest is the digest of the image index through which the manifest was
	// reached, the outermost of nested ones: what a tag of an image for several
	// platforms is the name of. It is empty where there is none.
	IndexDigest string `json:"indexDigest,omitempty"`
	// ImageID is the digest of the image configuration.
	ImageID string `json:"imageID,omitempty"`
	// Platform is os/architecture[/variant], as the configuration says.
	Platform string `json:"platform,omitempty"`
	// OS is the distribution that the image's own os-release names; nil if it
	// has none.
	OS *OS `json:"os,omitempty"`
	// Created is when the image was built, as the configuration says; nil if it
	// does not say.
	Created *time.Time `json:"created,omitempty"`
	// Size is the sum of the layers' sizes, in bytes.
	Size int64 `json:"size"`
	// BaseBoundary is the number of layers that came from the base image; nil
	// where that could not be worked out.
	BaseBoundary *int `json:"baseBoundary,omitempty"`
	// Base says what else is known of the base image; nil if nothing is.
	Base *Base `json:"base,omitempty"`
	// Layers are the layers from the base up.
	Layers []Layer `json:"layers"`

	// Config is the OCI image configuration. It is no part of the report.
	Config ImageConfig `json:"-"`
	// Tag is the tag by which a registry or the Docker daemon was asked for the
	// image, "latest" where the user named none; "" if there was no such question.
	// It is no part of the report.
	Tag string `json:"-"`
}

// Base is the image that another one was built on.
type Base struct {
	// Reference names it, as the user, the history or a label of the image does; empty
	// if none of them does.
	Reference string `json:"reference,omitempty"`
	// Digest is the digest of its manifest; empty if that is not known.
	Digest string `json:"digest,omitempty"`
	// Evidence says from what [Image.BaseBoundary] is known; empty if it is not.
	Evidence string `json:"evidence,omitempty"`
	// Exact is true if the base image has no more layers than BaseBoundary says;
	// else it has at least so many.
	Exact bool `json:"exact,omitempty"`
}

// Layer is one layer of an image.
type Layer struct {
	// Index is 0 for the base.
	Index int `json:"index"`
	// Digest is the digest of the layer's blob as it is stored or transferred;
	// empty for a root file system.
	Digest string `json:"digest,omitempty"`
	// DiffID is the digest of the uncompressed tar stream.
	DiffID string `json:"diffID"`
	// Size is the length of the uncompressed tar stream, in bytes.
	Size int64 `json:"size"`
	// Instruction is the build instruction that made the layer, in Dockerfile
	// form; empty where the history has none.
	Instruction string `json:"instruction,omitempty"`
}

// OS names a distribution in the words of os-release(5).
type OS struct {
	ID         string `json:"id"`
	VersionID  string `json:"versionID,omitempty"`
	PrettyName string `json:"prettyName,omitempty"`
}

// ImageConfig is the part of the OCI image configuration that Seaworthy reads,
// with Docker's extensions (Healthcheck, OnBuild, Shell).
type ImageConfig struct {
	Created      *time.Time      `json:"created"`
	Author       string          `json:"author"`
	Architecture string          `json:"architecture"`
	Variant      string          `json:"variant"`
	OS           string          `json:"os"`
	Config       ContainerConfig `json:"config"`
	RootFS       RootFS          `json:"rootfs"`
	History      []History       `json:"history"`
}

// ContainerConfig holds the defaults for a container started from the image.
type ContainerConfig struct {
	User         string              `json:"User"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Env          []string            `json:"Env"`
	Entrypoint   []string            `json:"Entrypoint"`
	Cmd          []string            `json:"Cmd"`
	Volumes      map[string]struct{} `json:"Volumes"`
	WorkingDir   string              `json:"WorkingDir"`
	Labels       map[string]string   `json:"Labels"`
	StopSignal   string              `json:"StopSignal"`
	Healthcheck  *Healthcheck        `json:"Healthcheck"`
	OnBuild      []string            `json:"OnBuild"`
	Shell        []string            `json:"Shell"`
	ArgsEscaped  bool                `json:"ArgsEscaped"`
}

// Healthcheck is Docker's HEALTHCHECK. Test is empty (inherit), {"NONE"},
// {"CMD", args...} or {"CMD-SHELL", command}.
type Healthcheck struct {
	Test []string `json:"Test"`
}

// RootFS lists the diffIDs of the layers, base first.
type RootFS struct {
	DiffIDs []string `json:"diff_ids"`
}

// History is one step of the build.
type History struct {
	Created    *time.Time `json:"created"`
	CreatedBy  string     `json:"created_by"`
	Comment    string     `json:"comment"`
	EmptyLayer bool       `json:"empty_layer"`
}

// ParseImageConfig reads an OCI image configuration or Docker's V2 image
// configuration. Unknown fields are ignored, as the OCI specification asks.
func ParseImageConfig(data []byte) (ImageConfig, error) {
	var c ImageConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return ImageConfig{}, err
	}
	return c, nil
}

// Platform gives os/architecture[/variant], or "" if the configuration names no
// architecture.
func (c ImageConfig) Platform() string {
	if c.OS == "" && c.Architecture == "" {
		return ""
	}
	p := c.OS + "/" + c.Architecture
	if c.Variant != "" {
		p += "/" + c.Variant
	}
	return p
}
