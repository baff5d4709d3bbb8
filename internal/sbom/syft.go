package sbom

import (
	"cmp"
	"encoding/json"
	"strings"

	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// syft is the fields of Syft's JSON that are used.
type syft struct {
	Artifacts     []syftArtifact `json:"artifacts"`
	Relationships []struct {
		Parent string `json:"parent"`
		Child  string `json:"child"`
		Type   string `json:"type"`
	} `json:"artifactRelationships"`
	Source struct {
		Name     string          `json:"name"`
		Version  string          `json:"version"`
		Metadata json.RawMessage `json:"metadata"`
		Target   json.RawMessage `json:"target"` // its name until version 0.85
	} `json:"source"`
	Distro struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		VersionID  string `json:"versionID"`
		Version    string `json:"version"`
		PrettyName string `json:"prettyName"`
	} `json:"distro"`
	Descriptor struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"descriptor"`
	Schema struct {
		Version string `json:"version"`
	} `json:"schema"`
}

type syftArtifact struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Version   string       `json:"version"`
	PURL      string       `json:"purl"`
	Licenses  syftLicenses `json:"licenses"`
	Locations []struct {
		Path    string `json:"path"`
		LayerID string `json:"layerID"`
	} `json:"locations"`
	Metadata json.RawMessage `json:"metadata"`
}

// syftLicenses is a list of names, or of objects since version 0.78.
type syftLicenses []string

func (l *syftLicenses) UnmarshalJSON(data []byte) error {
	var objects []struct {
		Value      string `json:"value"`
		Expression string `json:"spdxExpression"`
	}
	if json.Unmarshal(data, &objects) == nil {
		for _, o := range objects {
			*l = append(*l, cmp.Or(o.Expression, o.Value))
		}
		return nil
	}
	var words []string
	if json.Unmarshal(data, &words) == nil {
		*l = words
	}
	return nil // a licence in another form is ignored
}

func parseSyft(data []byte) (*listing, error) {
	var doc syft
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	b := &listing{
		format: strings.TrimSpace("Syft JSON " + clip(doc.Schema.Version)),
		tool:   clip(strings.TrimSpace(doc.Descriptor.Name + " " + doc.Descriptor.Version)),
	}
	b.image = doc.image()
	if d := &doc.Distro; d.ID != "" || d.Name != "" {
		b.addRelease(inventory.NewRelease(cmp.Or(d.ID, d.Name), cmp.Or(d.VersionID, d.Version), d.PrettyName))
	}
	owners := make(map[string]string)
	for _, r := range doc.Relationships {
		if r.Type == "ownership-by-file-overlap" {
			owners[r.Child] = r.Parent
		}
	}
	for i := range doc.Artifacts {
		a := &doc.Artifacts[i]
		it := item{ref: a.ID, name: a.Name, version: a.Version, purl: a.PURL, licenses: a.Licenses, owner: owners[a.ID]}
		for _, l := range a.Locations {
			it.paths = append(it.paths, l.Path)
			it.diffID = cmp.Or(it.diffID, l.LayerID)
		}
		var more struct {
			Modularity string `json:"modularityLabel"`
			Source     string `json:"source"`
			SourceV    string `json:"sourceVersion"`
			SourceRPM  string `json:"sourceRpm"`
			Origin     string `json:"originPackage"`
			Maintainer string `json:"maintainer"`
			Vendor     string `json:"vendor"`
		}
		if json.Unmarshal(a.Metadata, &more) == nil {
			it.modularity = more.Modularity
			it.sourceName = cmp.Or(more.Source, more.Origin)
			it.sourceVersion = more.SourceV
			it.builder = cmp.Or(more.Maintainer, more.Vendor)
		}
		b.items = append(b.items, it)
	}
	return b, nil
}

// image returns the image that is the source of the document.
func (doc *syft) image() subject {
	s := subject{name: doc.Source.Name, version: doc.Source.Version}
	raw := doc.Source.Metadata
	if raw == nil {
		raw = doc.Source.Target
	}
	var m struct {
		Input    string `json:"userInput"`
		ImageID  string `json:"imageID"`
		Manifest string `json:"manifestDigest"`
		Arch     string `json:"architecture"`
		OS       string `json:"os"`
		Layers   []struct {
			Digest string `json:"digest"`
		} `json:"layers"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return s
	}
	s.name = cmp.Or(m.Input, s.name)
	s.version = cmp.Or(m.Manifest, s.version)
	s.facts.add(factPrefix+"imageID", m.ImageID)
	if m.OS != "" && m.Arch != "" {
		s.facts.add(factPrefix+"platform", m.OS+"/"+m.Arch)
	}
	for _, l := range m.Layers {
		s.diffIDs = append(s.diffIDs, l.Digest)
	}
	return s
}
