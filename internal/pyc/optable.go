package pyc

import "sync"

// action is what an instruction of CPython's bytecode does to the stack.
type action uint8

const (
	// forget: of the stack nothing is known after it. That is what all do that
	// are in no row of the table: jumps, for example.
	forget action = iota
	nothing
	extend // its argument is the high bits of the next one's
	// move pops and pushes the numbers in its row.
	move
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

// The versions of CPython 3 whose bytecode is known, by their index in numbers.
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
	pythons
)

// magic is the first two bytes of the files of each version, little-endian, as
// Include/internal/pycore_magic_number.h lists them: those of the releases.
var magic = map[uint16]int{
	3379: python36, 3394: python37, 3413: python38, 3425: python39, 3439: python310, 3495: python311, 3531: python312, 3571: python313,
	3625: python314, 3626: python314, 3627: python314,
}

// numbers are the numbers of an instruction by version; 0 where there is none.
type numbers [pythons]uint8

// instruction is a row of the table of instructions.
type instruction struct {
	name         string
	action       action
	pops, pushes uint8 // of move
	numbers      numbers
}

// byNumber returns the instructions of each version by their number.
var byNumber = sync.OnceValue(func() *[pythons][256]*instruction {
	var list [pythons][256]*instruction
	for i := range instructions {
		for version, number := range instructions[i].numbers {
			if number != 0 {
				list[version][number] = &instructions[i]
			}
		}
	}
	return &list
})

// instructions are numbered by Lib/opcode.py of each version, since 3.13 by
// Lib/_opcode_metadata.py. Those up to 3.13 were printed by the versions themselves,
// those of 3.14 taken from what is published of it.
var instructions = [...]instruction{
	{"LOAD_CONST", loadConst, 0, 0, numbers{100, 100, 100, 100, 100, 100, 100, 83, 82}},
	{"LOAD_NAME", loadName, 0, 0, numbers{101, 101, 101, 101, 101, 101, 101, 92, 93}},
	{"LOAD_GLOBAL", loadGlobal, 0, 0, numbers{116, 116, 116, 116, 116, 116, 116, 91, 92}},
	{"LOAD_FAST", loadLocal, 0, 0, numbers{124, 124, 124, 124, 124, 124, 124, 85, 84}},
	{"LOAD_FAST_BORROW", loadLocal, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 0, 86}},
	{"LOAD_FAST_CHECK", loadLocal, 0, 0, numbers{0, 0, 0, 0, 0, 0, 127, 87, 88}},
	{"LOAD_ATTR", loadAttr, 0, 0, numbers{106, 106, 106, 106, 106, 106, 106, 82, 80}},
	{"LOAD_METHOD", loadMethod, 0, 0, numbers{0, 160, 160, 160, 160, 160, 0, 0, 0}},
	{"STORE_NAME", storeName, 0, 0, numbers{90, 90, 90, 90, 90, 90, 90, 114, 116}},
	{"STORE_GLOBAL", storeName, 0, 0, numbers{97, 97, 97, 97, 97, 97, 97, 113, 115}},
	{"STORE_FAST", storeLocal, 0, 0, numbers{125, 125, 125, 125, 125, 125, 125, 110, 112}},
	{"STORE_DEREF", storeCell, 0, 0, numbers{137, 137, 137, 137, 137, 138, 138, 109, 111}},
	{"STORE_FAST_LOAD_FAST", storeLoad, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 111, 113}},
	{"STORE_FAST_STORE_FAST", storeStore, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 112, 114}},
	{"STORE_ATTR", storeAttr, 0, 0, numbers{95, 95, 95, 95, 95, 95, 95, 108, 110}},
	{"STORE_SUBSCR", storeItem, 0, 0, numbers{60, 60, 60, 60, 60, 60, 60, 39, 38}},
	{"BUILD_TUPLE", buildTuple, 0, 0, numbers{102, 102, 102, 102, 102, 102, 102, 52, 51}},
	{"BUILD_LIST", buildOther, 0, 0, numbers{103, 103, 103, 103, 103, 103, 103, 47, 46}},
	{"BUILD_SET", buildOther, 0, 0, numbers{104, 104, 104, 104, 104, 104, 104, 49, 48}},
	{"BUILD_STRING", buildOther, 0, 0, numbers{157, 157, 157, 157, 157, 157, 157, 51, 50}},
	{"BUILD_SLICE", buildOther, 0, 0, numbers{133, 133, 133, 133, 133, 133, 133, 50, 49}},
	{"BUILD_MAP", buildMap, 0, 0, numbers{105, 105, 105, 105, 105, 105, 105, 48, 47}},
	{"BUILD_CONST_KEY_MAP", buildKeyMap, 0, 0, numbers{156, 156, 156, 156, 156, 156, 156, 46, 0}},
	{"MAP_ADD", mapAdd, 0, 0, numbers{147, 147, 147, 147, 147, 147, 147, 95, 98}},
	{"FORMAT_VALUE", formatValue, 0, 0, numbers{155, 155, 155, 155, 155, 155, 155, 0, 0}},
	{"UNPACK_SEQUENCE", unpackSequence, 0, 0, numbers{92, 92, 92, 92, 92, 92, 92, 117, 119}},
	{"KW_NAMES", keywordNames, 0, 0, numbers{0, 0, 0, 0, 0, 172, 172, 0, 0}},
	{"CALL", call, 0, 0, numbers{0, 0, 0, 0, 0, 171, 171, 53, 52}},
	{"CALL_FUNCTION", call, 0, 0, numbers{131, 131, 131, 131, 131, 0, 0, 0, 0}},
	{"CALL_METHOD", callMethod, 0, 0, numbers{0, 161, 161, 161, 161, 0, 0, 0, 0}},
	{"CALL_KW", callKeywords, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 57, 55}},
	{"CALL_FUNCTION_KW", callKeywords, 0, 0, numbers{141, 141, 141, 141, 141, 0, 0, 0, 0}},
	{"CALL_FUNCTION_EX", callUnpacked, 0, 0, numbers{142, 142, 142, 142, 142, 142, 142, 54, 4}},
	{"MAKE_FUNCTION", makeFunction, 0, 0, numbers{132, 132, 132, 132, 132, 132, 132, 26, 23}},
	{"SET_FUNCTION_ATTRIBUTE", setFunctionAttribute, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 106, 108}},
	{"COPY", copyValue, 0, 0, numbers{0, 0, 0, 0, 0, 120, 120, 61, 59}},
	{"SWAP", swapValues, 0, 0, numbers{0, 0, 0, 0, 0, 99, 99, 115, 117}},
	{"DUP_TOP", duplicateTop, 0, 0, numbers{4, 4, 4, 4, 4, 0, 0, 0, 0}},
	{"ROT_TWO", rotateTwo, 0, 0, numbers{2, 2, 2, 2, 2, 0, 0, 0, 0}},
	{"EXTENDED_ARG", extend, 0, 0, numbers{144, 144, 144, 144, 144, 144, 144, 71, 69}},
	{"NOP", nothing, 0, 0, numbers{9, 9, 9, 9, 9, 9, 9, 30, 27}},
	{"RESUME", nothing, 0, 0, numbers{0, 0, 0, 0, 0, 151, 151, 149, 128}},
	{"COPY_FREE_VARS", nothing, 0, 0, numbers{0, 0, 0, 0, 0, 149, 149, 62, 60}},
	{"MAKE_CELL", nothing, 0, 0, numbers{0, 0, 0, 0, 0, 135, 135, 94, 97}},
	{"PRECALL", nothing, 0, 0, numbers{0, 0, 0, 0, 0, 166, 0, 0, 0}},
	{"NOT_TAKEN", nothing, 0, 0, numbers{0, 0, 0, 0, 0, 0, 0, 0, 28}},
	{"SETUP_ANNOTATIONS", nothing, 0, 0, numbers{85, 85, 85, 85, 85, 85, 85, 37, 36}},
	{"DELETE_NAME", nothing, 0, 0, numbers{91, 91, 91, 91, 91, 91, 91, 67, 65}},
	{"DELETE_FAST", nothing, 0, 0, numbers{126, 126, 126, 126, 126, 126, 126, 65, 63}},
	{"DELETE_GLOBAL", nothing, 0, 0, numbers{98, 98, 98, 98, 98, 98, 98, 66, 64}},
	{"DELETE_DEREF", nothing, 0, 0, numbers{138, 138, 138, 138, 138, 139, 139, 64, 62}},
	{"BINARY_ADD", move, 2, 1, numbers{23, 23, 23, 23, 23, 0, 0, 0, 0}},
	{"BINARY_AND", move, 2, 1, numbers{64, 64, 64, 64, 64, 0, 0, 0, 0}},
	{"BINARY_FLOOR_DIVIDE", move, 2, 1, numbers{26, 26, 26, 26, 26, 0, 0, 0, 0}},
	{"BINARY_LSHIFT", move, 2, 1, numbers{62, 62, 62, 62, 62, 0, 0, 0, 0}},
	{"BINARY_MATRIX_MULTIPLY", move, 2, 1, numbers{16, 16, 16, 16, 16, 0, 0, 0, 0}},
	{"BINARY_MODULO", move, 2, 1, numbers{22, 22, 22, 22, 22, 0, 0, 0, 0}},
	{"BINARY_MULTIPLY", move, 2, 1, numbers{20, 20, 20, 20, 20, 0, 0, 0, 0}},
	{"BINARY_OP", move, 2, 1, numbers{0, 0, 0, 0, 0, 122, 122, 45, 44}},
	{"BINARY_OR", move, 2, 1, numbers{66, 66, 66, 66, 66, 0, 0, 0, 0}},
	{"BINARY_POWER", move, 2, 1, numbers{19, 19, 19, 19, 19, 0, 0, 0, 0}},
	{"BINARY_RSHIFT", move, 2, 1, numbers{63, 63, 63, 63, 63, 0, 0, 0, 0}},
	{"BINARY_SLICE", move, 3, 1, numbers{0, 0, 0, 0, 0, 0, 26, 4, 1}},
	{"BINARY_SUBSCR", move, 2, 1, numbers{25, 25, 25, 25, 25, 25, 25, 5, 0}},
	{"BINARY_SUBTRACT", move, 2, 1, numbers{24, 24, 24, 24, 24, 0, 0, 0, 0}},
	{"BINARY_TRUE_DIVIDE", move, 2, 1, numbers{27, 27, 27, 27, 27, 0, 0, 0, 0}},
	{"BINARY_XOR", move, 2, 1, numbers{65, 65, 65, 65, 65, 0, 0, 0, 0}},
	{"CALL_INTRINSIC_1", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 173, 55, 53}},
	{"CALL_INTRINSIC_2", move, 2, 1, numbers{0, 0, 0, 0, 0, 0, 174, 56, 54}},
	{"COMPARE_OP", move, 2, 1, numbers{107, 107, 107, 107, 107, 107, 107, 58, 56}},
	{"CONTAINS_OP", move, 2, 1, numbers{0, 0, 0, 118, 118, 118, 118, 59, 57}},
	{"CONVERT_VALUE", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 0, 60, 58}},
	{"DELETE_ATTR", move, 1, 0, numbers{96, 96, 96, 96, 96, 96, 96, 63, 61}},
	{"DELETE_SUBSCR", move, 2, 0, numbers{61, 61, 61, 61, 61, 61, 61, 9, 8}},
	{"DICT_MERGE", move, 1, 0, numbers{0, 0, 0, 164, 164, 164, 164, 68, 66}},
	{"DICT_UPDATE", move, 1, 0, numbers{0, 0, 0, 165, 165, 165, 165, 69, 67}},
	{"FORMAT_SIMPLE", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 0, 14, 12}},
	{"FORMAT_WITH_SPEC", move, 2, 1, numbers{0, 0, 0, 0, 0, 0, 0, 15, 13}},
	{"GET_ITER", move, 1, 1, numbers{68, 68, 68, 68, 68, 68, 68, 19, 16}},
	{"IMPORT_FROM", move, 0, 1, numbers{109, 109, 109, 109, 109, 109, 109, 74, 72}},
	{"IMPORT_NAME", move, 2, 1, numbers{108, 108, 108, 108, 108, 108, 108, 75, 73}},
	{"INPLACE_ADD", move, 2, 1, numbers{55, 55, 55, 55, 55, 0, 0, 0, 0}},
	{"INPLACE_AND", move, 2, 1, numbers{77, 77, 77, 77, 77, 0, 0, 0, 0}},
	{"INPLACE_FLOOR_DIVIDE", move, 2, 1, numbers{28, 28, 28, 28, 28, 0, 0, 0, 0}},
	{"INPLACE_LSHIFT", move, 2, 1, numbers{75, 75, 75, 75, 75, 0, 0, 0, 0}},
	{"INPLACE_MATRIX_MULTIPLY", move, 2, 1, numbers{17, 17, 17, 17, 17, 0, 0, 0, 0}},
	{"INPLACE_MODULO", move, 2, 1, numbers{59, 59, 59, 59, 59, 0, 0, 0, 0}},
	{"INPLACE_MULTIPLY", move, 2, 1, numbers{57, 57, 57, 57, 57, 0, 0, 0, 0}},
	{"INPLACE_OR", move, 2, 1, numbers{79, 79, 79, 79, 79, 0, 0, 0, 0}},
	{"INPLACE_POWER", move, 2, 1, numbers{67, 67, 67, 67, 67, 0, 0, 0, 0}},
	{"INPLACE_RSHIFT", move, 2, 1, numbers{76, 76, 76, 76, 76, 0, 0, 0, 0}},
	{"INPLACE_SUBTRACT", move, 2, 1, numbers{56, 56, 56, 56, 56, 0, 0, 0, 0}},
	{"INPLACE_TRUE_DIVIDE", move, 2, 1, numbers{29, 29, 29, 29, 29, 0, 0, 0, 0}},
	{"INPLACE_XOR", move, 2, 1, numbers{78, 78, 78, 78, 78, 0, 0, 0, 0}},
	{"IS_OP", move, 2, 1, numbers{0, 0, 0, 117, 117, 117, 117, 76, 74}},
	{"LIST_APPEND", move, 1, 0, numbers{145, 145, 145, 145, 145, 145, 145, 80, 78}},
	{"LIST_EXTEND", move, 1, 0, numbers{0, 0, 0, 162, 162, 162, 162, 81, 79}},
	{"LIST_TO_TUPLE", move, 1, 1, numbers{0, 0, 0, 82, 82, 82, 0, 0, 0}},
	{"LOAD_ASSERTION_ERROR", move, 0, 1, numbers{0, 0, 0, 74, 74, 74, 74, 23, 0}},
	{"LOAD_BUILD_CLASS", move, 0, 1, numbers{71, 71, 71, 71, 71, 71, 71, 24, 21}},
	{"LOAD_CLASSDEREF", move, 0, 1, numbers{148, 148, 148, 148, 148, 148, 0, 0, 0}},
	{"LOAD_CLOSURE", move, 0, 1, numbers{135, 135, 135, 135, 135, 136, 136, 0, 0}},
	{"LOAD_COMMON_CONSTANT", move, 0, 1, numbers{0, 0, 0, 0, 0, 0, 0, 0, 81}},
	{"LOAD_DEREF", move, 0, 1, numbers{136, 136, 136, 136, 136, 137, 137, 84, 83}},
	{"LOAD_FAST_BORROW_LOAD_FAST_BORROW", move, 0, 2, numbers{0, 0, 0, 0, 0, 0, 0, 0, 87}},
	{"LOAD_FAST_LOAD_FAST", move, 0, 2, numbers{0, 0, 0, 0, 0, 0, 0, 88, 89}},
	{"LOAD_FROM_DICT_OR_DEREF", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 176, 89, 90}},
	{"LOAD_FROM_DICT_OR_GLOBALS", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 175, 90, 91}},
	{"LOAD_LOCALS", move, 0, 1, numbers{0, 0, 0, 0, 0, 0, 87, 25, 22}},
	{"LOAD_SMALL_INT", move, 0, 1, numbers{0, 0, 0, 0, 0, 0, 0, 0, 94}},
	{"POP_TOP", move, 1, 0, numbers{1, 1, 1, 1, 1, 1, 1, 32, 31}},
	{"PUSH_NULL", move, 0, 1, numbers{0, 0, 0, 0, 0, 2, 2, 34, 33}},
	{"SET_ADD", move, 1, 0, numbers{146, 146, 146, 146, 146, 146, 146, 105, 107}},
	{"SET_UPDATE", move, 1, 0, numbers{0, 0, 0, 163, 163, 163, 163, 107, 109}},
	{"STORE_SLICE", move, 4, 0, numbers{0, 0, 0, 0, 0, 0, 27, 38, 37}},
	{"TO_BOOL", move, 1, 1, numbers{0, 0, 0, 0, 0, 0, 0, 40, 39}},
	{"UNARY_INVERT", move, 1, 1, numbers{15, 15, 15, 15, 15, 15, 15, 41, 40}},
	{"UNARY_NEGATIVE", move, 1, 1, numbers{11, 11, 11, 11, 11, 11, 11, 42, 41}},
	{"UNARY_NOT", move, 1, 1, numbers{12, 12, 12, 12, 12, 12, 12, 43, 42}},
	{"UNARY_POSITIVE", move, 1, 1, numbers{10, 10, 10, 10, 10, 10, 0, 0, 0}},
}
