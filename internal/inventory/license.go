package inventory

import "strings"

// maxLicense is the length in bytes beyond which a licence field holds the text
// of a licence and not its name.
const maxLicense = 200

// licenseOf gives the SPDX identifier for what a package calls its licence, where
// the words leave no doubt, else the words; "" for a text that is no name.
func licenseOf(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > maxLicense || strings.EqualFold(s, "UNKNOWN") {
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
