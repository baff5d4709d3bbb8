package secretname

// ForeignWords are the words that a test tries in texts.
var ForeignWords = foreignWords
