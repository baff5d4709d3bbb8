package credential

import "bytes"

// Some keys are made for the pages of browsers: their issuers say that they are public. What
// they look like says [published]; those of this file are known by what is around them.

// publicNear is how far around a key its surroundings are read, in bytes.
const publicNear = 600

// near returns the text around a value, in lower case.
func near(text []byte, start, end, distance int) []byte {
	return bytes.ToLower(text[max(0, start-distance):min(len(text), end+distance)])
}

func containsAny(text []byte, words ...string) bool {
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			return true
		}
	}
	return false
}

// inFirebaseSettings reports whether an API key of Google is that of a Firebase app, which
// only names the project.
//
// https://firebase.google.com/docs/projects/api-keys
func inFirebaseSettings(text []byte, start, end int) bool {
	return containsAny(near(text, start, end, publicNear), "authdomain", "firebaseapp.com", "messagingsenderid", "firebaseconfig", `"current_key"`, "gcm_sender_id", "firebase_api_key")
}

// browserKey reports whether a value is a key of a service for the pages of browsers, which
// allows no more than the page does: search in Algolia, report errors and events.
func browserKey(v []byte, name string, text []byte, start, end int) bool {
	if bytes.HasPrefix(v, []byte("AIza")) && len(v) == 39 {
		return inFirebaseSettings(text, start, end)
	}
	if name != "apikey" && name != "api_key" && name != "searchapikey" && name != "search_api_key" || len(v) != 32 || !isHexAll(v) {
		return false
	}
	around := near(text, start, end, publicNear/2)
	if bytes.Contains(around, []byte("admin")) {
		return false
	}
	return containsAny(around, "docsearch", "algoliasearch", "instantsearch", "searchapikey", "search_api_key", "bugsnag", "amplitude") || containsAny(around, "appid", "applicationid") && containsAny(around, "indexname")
}
