package pyc

import "sync"

// action is the effect of an instruction on the evaluator.
type action uint8

const (
	// clearStack makes all values on the stack unknown. It is the action of all
	// instructions that are not in the table, such as jumps.
	clearStack action = iota
	noEffect
	extendArgument // the argument has the high bits of the next instruction's argument
	// popPush pops and pushes the numbers of values in the table.
	popPush
	loadConst
	loadName
	loadGlobal
	loadLocal
	loadAttr
	loadMethod
	storeName
	storeLocal
	storeCell
	storeLoad
	storeStore
	storeAttr
	storeItem
	buildTuple
	buildOther
	buildMap
	buildKeyMap
	mapAdd
	formatValue
	unpackSequence
	keywordNames
	call
	callMethod
	callKeywords
	callUnpacked
	makeFunction
	setFunctionAttribute
	copyValue
	swapValues
	duplicateTop
	rotateTwo
)

// The supported versions of CPython, as indices of opcodes.
const (
	python36 = iota
	python37
	python38
	python39
	python310
	python311
	python312
	python313
	python314
	versionCount
)

// magic maps the first two bytes of a file, little-endian, to the version. It has the
// numbers of releases in Include/internal/pycore_magic_number.h of CPython.
var magic = map[uint16]int{
	3379: python36, 3394: python37, 3413: python38, 3425: python39, 3439: python310, 3495: python311, 3531: python312, 3571: python313,
	3625: python314, 3626: python314, 3627: python314,
}

// opcodes has the opcode of an instruction in each version, or 0 if the version does not
// have the instruction.
type opcodes [versionCount]uint8

// instruction is a row of the table of instructions.
type instruction struct {
	name         string
	action       action
	pops, pushes uint8 // for popPush: the numbers of values
	opcodes      opcodes
}

// instructionTable returns the instructions of each version by opcode.
var instructionTable = sync.OnceValue(func() *[versionCount][256]*instruction {
	var list [versionCount][256]*instruction
	for i := range instructions {
		for version, number := range instructions[i].opcodes {
			if number != 0 {
				list[version][number] = &instructions[i]
			}
		}
	}
	return &list
})

// instructions are the supported instructions, with the opcodes of Lib/opcode.py and, since
// 3.13, Lib/_opcode_metadata.py. Those up to 3.13 are the output of these versions. Those
// of 3.14 are from its published sources.
var instructions = [...]instruction{
	{"LOAD_CONST", loadConst, 0, 0, opcodes{100, 100, 100, 100, 100, 100, 100, 83, 82}},
	{"LOAD_NAME", loadName, 0, 0, opcodes{101, 101, 101, 101, 101, 101, 101, 92, 93}},
	{"LOAD_GLOBAL", loadGlobal, 0, 0, opcodes{116, 116, 116, 116, 116, 116, 116, 91, 92}},
	{"LOAD_FAST", loadLocal, 0, 0, opcodes{124, 124, 124, 124, 124, 124, 124, 85, 84}},
	{"LOAD_FAST_BORROW", loadLocal, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 0, 86}},
	{"LOAD_FAST_CHECK", loadLocal, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 127, 87, 88}},
	{"LOAD_ATTR", loadAttr, 0, 0, opcodes{106, 106, 106, 106, 106, 106, 106, 82, 80}},
	{"LOAD_METHOD", loadMethod, 0, 0, opcodes{0, 160, 160, 160, 160, 160, 0, 0, 0}},
	{"STORE_NAME", storeName, 0, 0, opcodes{90, 90, 90, 90, 90, 90, 90, 114, 116}},
	{"STORE_GLOBAL", storeName, 0, 0, opcodes{97, 97, 97, 97, 97, 97, 97, 113, 115}},
	{"STORE_FAST", storeLocal, 0, 0, opcodes{125, 125, 125, 125, 125, 125, 125, 110, 112}},
	{"STORE_DEREF", storeCell, 0, 0, opcodes{137, 137, 137, 137, 137, 138, 138, 109, 111}},
	{"STORE_FAST_LOAD_FAST", storeLoad, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 111, 113}},
	{"STORE_FAST_STORE_FAST", storeStore, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 112, 114}},
	{"STORE_ATTR", storeAttr, 0, 0, opcodes{95, 95, 95, 95, 95, 95, 95, 108, 110}},
	{"STORE_SUBSCR", storeItem, 0, 0, opcodes{60, 60, 60, 60, 60, 60, 60, 39, 38}},
	{"BUILD_TUPLE", buildTuple, 0, 0, opcodes{102, 102, 102, 102, 102, 102, 102, 52, 51}},
	{"BUILD_LIST", buildOther, 0, 0, opcodes{103, 103, 103, 103, 103, 103, 103, 47, 46}},
	{"BUILD_SET", buildOther, 0, 0, opcodes{104, 104, 104, 104, 104, 104, 104, 49, 48}},
	{"BUILD_STRING", buildOther, 0, 0, opcodes{157, 157, 157, 157, 157, 157, 157, 51, 50}},
	{"BUILD_SLICE", buildOther, 0, 0, opcodes{133, 133, 133, 133, 133, 133, 133, 50, 49}},
	{"BUILD_MAP", buildMap, 0, 0, opcodes{105, 105, 105, 105, 105, 105, 105, 48, 47}},
	{"BUILD_CONST_KEY_MAP", buildKeyMap, 0, 0, opcodes{156, 156, 156, 156, 156, 156, 156, 46, 0}},
	{"MAP_ADD", mapAdd, 0, 0, opcodes{147, 147, 147, 147, 147, 147, 147, 95, 98}},
	{"FORMAT_VALUE", formatValue, 0, 0, opcodes{155, 155, 155, 155, 155, 155, 155, 0, 0}},
	{"UNPACK_SEQUENCE", unpackSequence, 0, 0, opcodes{92, 92, 92, 92, 92, 92, 92, 117, 119}},
	{"KW_NAMES", keywordNames, 0, 0, opcodes{0, 0, 0, 0, 0, 172, 172, 0, 0}},
	{"CALL", call, 0, 0, opcodes{0, 0, 0, 0, 0, 171, 171, 53, 52}},
	{"CALL_FUNCTION", call, 0, 0, opcodes{131, 131, 131, 131, 131, 0, 0, 0, 0}},
	{"CALL_METHOD", callMethod, 0, 0, opcodes{0, 161, 161, 161, 161, 0, 0, 0, 0}},
	{"CALL_KW", callKeywords, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 57, 55}},
	{"CALL_FUNCTION_KW", callKeywords, 0, 0, opcodes{141, 141, 141, 141, 141, 0, 0, 0, 0}},
	{"CALL_FUNCTION_EX", callUnpacked, 0, 0, opcodes{142, 142, 142, 142, 142, 142, 142, 54, 4}},
	{"MAKE_FUNCTION", makeFunction, 0, 0, opcodes{132, 132, 132, 132, 132, 132, 132, 26, 23}},
	{"SET_FUNCTION_ATTRIBUTE", setFunctionAttribute, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 106, 108}},
	{"COPY", copyValue, 0, 0, opcodes{0, 0, 0, 0, 0, 120, 120, 61, 59}},
	{"SWAP", swapValues, 0, 0, opcodes{0, 0, 0, 0, 0, 99, 99, 115, 117}},
	{"DUP_TOP", duplicateTop, 0, 0, opcodes{4, 4, 4, 4, 4, 0, 0, 0, 0}},
	{"ROT_TWO", rotateTwo, 0, 0, opcodes{2, 2, 2, 2, 2, 0, 0, 0, 0}},
	{"EXTENDED_ARG", extendArgument, 0, 0, opcodes{144, 144, 144, 144, 144, 144, 144, 71, 69}},
	{"NOP", noEffect, 0, 0, opcodes{9, 9, 9, 9, 9, 9, 9, 30, 27}},
	{"RESUME", noEffect, 0, 0, opcodes{0, 0, 0, 0, 0, 151, 151, 149, 128}},
	{"COPY_FREE_VARS", noEffect, 0, 0, opcodes{0, 0, 0, 0, 0, 149, 149, 62, 60}},
	{"MAKE_CELL", noEffect, 0, 0, opcodes{0, 0, 0, 0, 0, 135, 135, 94, 97}},
	{"PRECALL", noEffect, 0, 0, opcodes{0, 0, 0, 0, 0, 166, 0, 0, 0}},
	{"NOT_TAKEN", noEffect, 0, 0, opcodes{0, 0, 0, 0, 0, 0, 0, 0, 28}},
	{"SETUP_ANNOTATIONS", noEffect, 0, 0, opcodes{85, 85, 85, 85, 85, 85, 85, 37, 36}},
	{"DELETE_NAME", noEffect, 0, 0, opcodes{91, 91, 91, 91, 91, 91, 91, 67, 65}},
	{"DELETE_FAST", noEffect, 0, 0, opcodes{126, 126, 126, 126, 126, 126, 126, 65, 63}},
	{"DELETE_GLOBAL", noEffect, 0, 0, opcodes{98, 98, 98, 98, 98, 98, 98, 66, 64}},
	{"DELETE_DEREF", noEffect, 0, 0, opcodes{138, 138, 138, 138, 138, 139, 139, 64, 62}},
	{"BINARY_ADD", popPush, 2, 1, opcodes{23, 23, 23, 23, 23, 0, 0, 0, 0}},
	{"BINARY_AND", popPush, 2, 1, opcodes{64, 64, 64, 64, 64, 0, 0, 0, 0}},
	{"BINARY_FLOOR_DIVIDE", popPush, 2, 1, opcodes{26, 26, 26, 26, 26, 0, 0, 0, 0}},
	{"BINARY_LSHIFT", popPush, 2, 1, opcodes{62, 62, 62, 62, 62, 0, 0, 0, 0}},
	{"BINARY_MATRIX_MULTIPLY", popPush, 2, 1, opcodes{16, 16, 16, 16, 16, 0, 0, 0, 0}},
	{"BINARY_MODULO", popPush, 2, 1, opcodes{22, 22, 22, 22, 22, 0, 0, 0, 0}},
	{"BINARY_MULTIPLY", popPush, 2, 1, opcodes{20, 20, 20, 20, 20, 0, 0, 0, 0}},
	{"BINARY_OP", popPush, 2, 1, opcodes{0, 0, 0, 0, 0, 122, 122, 45, 44}},
	{"BINARY_OR", popPush, 2, 1, opcodes{66, 66, 66, 66, 66, 0, 0, 0, 0}},
	{"BINARY_POWER", popPush, 2, 1, opcodes{19, 19, 19, 19, 19, 0, 0, 0, 0}},
	{"BINARY_RSHIFT", popPush, 2, 1, opcodes{63, 63, 63, 63, 63, 0, 0, 0, 0}},
	{"BINARY_SLICE", popPush, 3, 1, opcodes{0, 0, 0, 0, 0, 0, 26, 4, 1}},
	{"BINARY_SUBSCR", popPush, 2, 1, opcodes{25, 25, 25, 25, 25, 25, 25, 5, 0}},
	{"BINARY_SUBTRACT", popPush, 2, 1, opcodes{24, 24, 24, 24, 24, 0, 0, 0, 0}},
	{"BINARY_TRUE_DIVIDE", popPush, 2, 1, opcodes{27, 27, 27, 27, 27, 0, 0, 0, 0}},
	{"BINARY_XOR", popPush, 2, 1, opcodes{65, 65, 65, 65, 65, 0, 0, 0, 0}},
	{"CALL_INTRINSIC_1", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 173, 55, 53}},
	{"CALL_INTRINSIC_2", popPush, 2, 1, opcodes{0, 0, 0, 0, 0, 0, 174, 56, 54}},
	{"COMPARE_OP", popPush, 2, 1, opcodes{107, 107, 107, 107, 107, 107, 107, 58, 56}},
	{"CONTAINS_OP", popPush, 2, 1, opcodes{0, 0, 0, 118, 118, 118, 118, 59, 57}},
	{"CONVERT_VALUE", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 60, 58}},
	{"DELETE_ATTR", popPush, 1, 0, opcodes{96, 96, 96, 96, 96, 96, 96, 63, 61}},
	{"DELETE_SUBSCR", popPush, 2, 0, opcodes{61, 61, 61, 61, 61, 61, 61, 9, 8}},
	{"DICT_MERGE", popPush, 1, 0, opcodes{0, 0, 0, 164, 164, 164, 164, 68, 66}},
	{"DICT_UPDATE", popPush, 1, 0, opcodes{0, 0, 0, 165, 165, 165, 165, 69, 67}},
	{"FORMAT_SIMPLE", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 14, 12}},
	{"FORMAT_WITH_SPEC", popPush, 2, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 15, 13}},
	{"GET_ITER", popPush, 1, 1, opcodes{68, 68, 68, 68, 68, 68, 68, 19, 16}},
	{"IMPORT_FROM", popPush, 0, 1, opcodes{109, 109, 109, 109, 109, 109, 109, 74, 72}},
	{"IMPORT_NAME", popPush, 2, 1, opcodes{108, 108, 108, 108, 108, 108, 108, 75, 73}},
	{"INPLACE_ADD", popPush, 2, 1, opcodes{55, 55, 55, 55, 55, 0, 0, 0, 0}},
	{"INPLACE_AND", popPush, 2, 1, opcodes{77, 77, 77, 77, 77, 0, 0, 0, 0}},
	{"INPLACE_FLOOR_DIVIDE", popPush, 2, 1, opcodes{28, 28, 28, 28, 28, 0, 0, 0, 0}},
	{"INPLACE_LSHIFT", popPush, 2, 1, opcodes{75, 75, 75, 75, 75, 0, 0, 0, 0}},
	{"INPLACE_MATRIX_MULTIPLY", popPush, 2, 1, opcodes{17, 17, 17, 17, 17, 0, 0, 0, 0}},
	{"INPLACE_MODULO", popPush, 2, 1, opcodes{59, 59, 59, 59, 59, 0, 0, 0, 0}},
	{"INPLACE_MULTIPLY", popPush, 2, 1, opcodes{57, 57, 57, 57, 57, 0, 0, 0, 0}},
	{"INPLACE_OR", popPush, 2, 1, opcodes{79, 79, 79, 79, 79, 0, 0, 0, 0}},
	{"INPLACE_POWER", popPush, 2, 1, opcodes{67, 67, 67, 67, 67, 0, 0, 0, 0}},
	{"INPLACE_RSHIFT", popPush, 2, 1, opcodes{76, 76, 76, 76, 76, 0, 0, 0, 0}},
	{"INPLACE_SUBTRACT", popPush, 2, 1, opcodes{56, 56, 56, 56, 56, 0, 0, 0, 0}},
	{"INPLACE_TRUE_DIVIDE", popPush, 2, 1, opcodes{29, 29, 29, 29, 29, 0, 0, 0, 0}},
	{"INPLACE_XOR", popPush, 2, 1, opcodes{78, 78, 78, 78, 78, 0, 0, 0, 0}},
	{"IS_OP", popPush, 2, 1, opcodes{0, 0, 0, 117, 117, 117, 117, 76, 74}},
	{"LIST_APPEND", popPush, 1, 0, opcodes{145, 145, 145, 145, 145, 145, 145, 80, 78}},
	{"LIST_EXTEND", popPush, 1, 0, opcodes{0, 0, 0, 162, 162, 162, 162, 81, 79}},
	{"LIST_TO_TUPLE", popPush, 1, 1, opcodes{0, 0, 0, 82, 82, 82, 0, 0, 0}},
	{"LOAD_ASSERTION_ERROR", popPush, 0, 1, opcodes{0, 0, 0, 74, 74, 74, 74, 23, 0}},
	{"LOAD_BUILD_CLASS", popPush, 0, 1, opcodes{71, 71, 71, 71, 71, 71, 71, 24, 21}},
	{"LOAD_CLASSDEREF", popPush, 0, 1, opcodes{148, 148, 148, 148, 148, 148, 0, 0, 0}},
	{"LOAD_CLOSURE", popPush, 0, 1, opcodes{135, 135, 135, 135, 135, 136, 136, 0, 0}},
	{"LOAD_COMMON_CONSTANT", popPush, 0, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 0, 81}},
	{"LOAD_DEREF", popPush, 0, 1, opcodes{136, 136, 136, 136, 136, 137, 137, 84, 83}},
	{"LOAD_FAST_BORROW_LOAD_FAST_BORROW", popPush, 0, 2, opcodes{0, 0, 0, 0, 0, 0, 0, 0, 87}},
	{"LOAD_FAST_LOAD_FAST", popPush, 0, 2, opcodes{0, 0, 0, 0, 0, 0, 0, 88, 89}},
	{"LOAD_FROM_DICT_OR_DEREF", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 176, 89, 90}},
	{"LOAD_FROM_DICT_OR_GLOBALS", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 175, 90, 91}},
	{"LOAD_LOCALS", popPush, 0, 1, opcodes{0, 0, 0, 0, 0, 0, 87, 25, 22}},
	{"LOAD_SMALL_INT", popPush, 0, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 0, 94}},
	{"POP_TOP", popPush, 1, 0, opcodes{1, 1, 1, 1, 1, 1, 1, 32, 31}},
	{"PUSH_NULL", popPush, 0, 1, opcodes{0, 0, 0, 0, 0, 2, 2, 34, 33}},
	{"SET_ADD", popPush, 1, 0, opcodes{146, 146, 146, 146, 146, 146, 146, 105, 107}},
	{"SET_UPDATE", popPush, 1, 0, opcodes{0, 0, 0, 163, 163, 163, 163, 107, 109}},
	{"STORE_SLICE", popPush, 4, 0, opcodes{0, 0, 0, 0, 0, 0, 27, 38, 37}},
	{"TO_BOOL", popPush, 1, 1, opcodes{0, 0, 0, 0, 0, 0, 0, 40, 39}},
	{"UNARY_INVERT", popPush, 1, 1, opcodes{15, 15, 15, 15, 15, 15, 15, 41, 40}},
	{"UNARY_NEGATIVE", popPush, 1, 1, opcodes{11, 11, 11, 11, 11, 11, 11, 42, 41}},
	{"UNARY_NOT", popPush, 1, 1, opcodes{12, 12, 12, 12, 12, 12, 12, 43, 42}},
	{"UNARY_POSITIVE", popPush, 1, 1, opcodes{10, 10, 10, 10, 10, 10, 0, 0, 0}},
}
