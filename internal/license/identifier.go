package license

import "strings"

// maxName is the maximum length of a license name in bytes. A longer field has the text of a
// license.
const maxName = 200

// Identifier returns the SPDX identifier for the name of a license. It returns an ambiguous
// or unknown name unchanged, and "" for a text that is not a name.
func Identifier(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > maxName || strings.EqualFold(s, "UNKNOWN") {
		return ""
	}
	switch strings.ToLower(strings.TrimPrefix(s, "The ")) {
	case "mit license", "mit licence", "expat", "expat license", "http://opensource.org/licenses/mit", "https://opensource.org/licenses/mit":
		return "MIT"
	case "apache 2.0", "apache 2", "apache-2", "apache license 2.0", "apache license, version 2.0", "apache software license 2.0",
		"apache license version 2.0", "apache v2", "asl 2.0", "apache software license, version 2.0",
		"http://www.apache.org/licenses/license-2.0", "https://www.apache.org/licenses/license-2.0",
		"http://www.apache.org/licenses/license-2.0.txt", "https://www.apache.org/licenses/license-2.0.txt":
		return "Apache-2.0"
	case "bsd-3-clause license", "3-clause bsd license", "bsd 3-clause", "bsd 3-clause license", "new bsd license", "new bsd", "modified bsd license":
		return "BSD-3-Clause"
	case "bsd 2-clause", "2-clause bsd license", "bsd-2-clause license", "simplified bsd license", "simplified bsd":
		return "BSD-2-Clause"
	case "isc license", "isc license (iscl)":
		return "ISC"
	case "mpl 2.0", "mpl-2.0 license", "mozilla public license 2.0 (mpl 2.0)":
		return "MPL-2.0"
	case "unlicense", "unlicense (unlicense)":
		return "Unlicense"
	case "lgplv3", "lgpl v3", "gnu lesser general public license v3 (lgplv3)":
		return "LGPL-3.0-only"
	case "lgplv3+", "gnu lesser general public license v3 or later (lgplv3+)":
		return "LGPL-3.0-or-later"
	case "lgplv2.1+", "lgpl-2.1+":
		return "LGPL-2.1-or-later"
	case "lgplv2+", "gnu lesser general public license v2 or later (lgplv2+)":
		return "LGPL-2.0-or-later"
	case "gplv2", "gpl v2", "gnu general public license v2 (gplv2)":
		return "GPL-2.0-only"
	case "gplv2+", "gnu general public license v2 or later (gplv2+)":
		return "GPL-2.0-or-later"
	case "gplv3", "gpl v3", "gnu general public license v3 (gplv3)":
		return "GPL-3.0-only"
	case "gplv3+", "gnu general public license v3 or later (gplv3+)":
		return "GPL-3.0-or-later"
	case "psf", "psf license", "psf-2.0", "python software foundation license":
		return "PSF-2.0"
	case "zpl 2.1":
		return "ZPL-2.1"
	}
	return s
}

// distributionNames maps names that Fedora, Alpine and others used before SPDX to SPDX
// identifiers. It has only names that mean exactly one license.
var distributionNames = map[string]string{
	"gpl2": "GPL-2.0-only", "gpl2+": "GPL-2.0-or-later", "gpl3": "GPL-3.0-only", "gpl3+": "GPL-3.0-or-later",
	"gplv1+": "GPL-1.0-or-later", "gpl+": "GPL-1.0-or-later", "gpl-1+": "GPL-1.0-or-later",
	"lgplv2": "LGPL-2.0-only", "lgplv2.1": "LGPL-2.1-only", "lgpl2.1": "LGPL-2.1-only", "lgpl2.1+": "LGPL-2.1-or-later",
	"lgpl2": "LGPL-2.0-only", "lgpl2+": "LGPL-2.0-or-later", "lgpl3": "LGPL-3.0-only", "lgpl3+": "LGPL-3.0-or-later",
	"agplv3": "AGPL-3.0-only", "agplv3+": "AGPL-3.0-or-later",
	"apache2": "Apache-2.0", "apache2.0": "Apache-2.0", "apache-2.0 license": "Apache-2.0", "asl 1.1": "Apache-1.1",
	"mplv1.1": "MPL-1.1", "mplv2.0": "MPL-2.0", "bsd-3": "BSD-3-Clause", "bsd-2": "BSD-2-Clause", "bsd3": "BSD-3-Clause", "bsd2": "BSD-2-Clause",
	"boost": "BSL-1.0", "wtfpl license": "WTFPL", "cc0": "CC0-1.0", "cc0 1.0": "CC0-1.0", "isc-license": "ISC",
	"openldap": "OLDAP-2.8", "artistic 2.0": "Artistic-2.0", "artistic2": "Artistic-2.0", "epl 2.0": "EPL-2.0", "eplv2.0": "EPL-2.0", "epl 1.0": "EPL-1.0",
}
