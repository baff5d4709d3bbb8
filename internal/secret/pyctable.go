package secret

import "sync"

// pycAction is what an instruction of CPython's bytecode does to the stack.
type pycAction uint8

const (
	// pycForget: of the stack nothing is known after it. That is what all do that
	// are in no row of the table: jumps, for example.
	pycForget pycAction = iota
	pycNothing
	pycExtend // its argument is the high bits of the next one's
	// pycMove pops and pushes the numbers in its row.
	pycMove
	pycConst
	pycName
	pycGlobal
	pycLocal
	pycAttr
	pycMethod
	pycStoreName
	pycStoreLocal
	pycStoreCell
	pycStoreLoad
	pycStoreStore
	pycStoreAttr
	pycStoreItem
	pycTuple
	pycBuild
	pycMap
	pycKeyMap
	pycMapAdd
	pycFormat
	pycUnpack
	pycKeywords
	pycCall
	pycCallMethod
	pycCallKeywords
	pycCallUnpacked
	pycFunction
	pycFunctionWith
	pycCopy
	pycSwap
	pycDuplicate
	pycRotate
)

// The versions of CPython 3 whose bytecode is known, by their index in pycNumbers.
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

// pycMagic gives the first two bytes of the files of each version, little-endian, as
// Include/internal/pycore_magic_number.h lists them: those of the releases.
var pycMagic = map[uint16]int{
	3379: python36, 3394: python37, 3413: python38, 3425: python39, 3439: python310, 3495: python311, 3531: python312, 3571: python313,
	3625: python314, 3626: python314, 3627: python314,
}

// pycNumbers are the numbers of an instruction by version; 0 where there is none.
type pycNumbers [pythons]uint8

// pycInstruction is a row of the table of instructions.
type pycInstruction struct {
	name         string
	action       pycAction
	pops, pushes uint8 // of pycMove
	numbers      pycNumbers
}

// pycByNumber gives the instructions of each version by their number.
var pycByNumber = sync.OnceValue(func() *[pythons][256]*pycInstruction {
	var list [pythons][256]*pycInstruction
	for i := range pycInstructions {
		for version, number := range pycInstructions[i].numbers {
			if number != 0 {
				list[version][number] = &pycInstructions[i]
			}
		}
	}
	return &list
})

// pycInstructions are numbered by Lib/opcode.py of each version, since 3.13 by
// Lib/_opcode_metadata.py. Those up to 3.13 were printed by the versions themselves,
// those of 3.14 taken from what is published of it.
var pycInstructions = [...]pycInstruction{
	{"LOAD_CONST", pycConst, 0, 0, pycNumbers{100, 100, 100, 100, 100, 100, 100, 83, 82}},
	{"LOAD_NAME", pycName, 0, 0, pycNumbers{101, 101, 101, 101, 101, 101, 101, 92, 93}},
	{"LOAD_GLOBAL", pycGlobal, 0, 0, pycNumbers{116, 116, 116, 116, 116, 116, 116, 91, 92}},
	{"LOAD_FAST", pycLocal, 0, 0, pycNumbers{124, 124, 124, 124, 124, 124, 124, 85, 84}},
	{"LOAD_FAST_BORROW", pycLocal, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 0, 86}},
	{"LOAD_FAST_CHECK", pycLocal, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 127, 87, 88}},
	{"LOAD_ATTR", pycAttr, 0, 0, pycNumbers{106, 106, 106, 106, 106, 106, 106, 82, 80}},
	{"LOAD_METHOD", pycMethod, 0, 0, pycNumbers{0, 160, 160, 160, 160, 160, 0, 0, 0}},
	{"STORE_NAME", pycStoreName, 0, 0, pycNumbers{90, 90, 90, 90, 90, 90, 90, 114, 116}},
	{"STORE_GLOBAL", pycStoreName, 0, 0, pycNumbers{97, 97, 97, 97, 97, 97, 97, 113, 115}},
	{"STORE_FAST", pycStoreLocal, 0, 0, pycNumbers{125, 125, 125, 125, 125, 125, 125, 110, 112}},
	{"STORE_DEREF", pycStoreCell, 0, 0, pycNumbers{137, 137, 137, 137, 137, 138, 138, 109, 111}},
	{"STORE_FAST_LOAD_FAST", pycStoreLoad, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 111, 113}},
	{"STORE_FAST_STORE_FAST", pycStoreStore, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 112, 114}},
	{"STORE_ATTR", pycStoreAttr, 0, 0, pycNumbers{95, 95, 95, 95, 95, 95, 95, 108, 110}},
	{"STORE_SUBSCR", pycStoreItem, 0, 0, pycNumbers{60, 60, 60, 60, 60, 60, 60, 39, 38}},
	{"BUILD_TUPLE", pycTuple, 0, 0, pycNumbers{102, 102, 102, 102, 102, 102, 102, 52, 51}},
	{"BUILD_LIST", pycBuild, 0, 0, pycNumbers{103, 103, 103, 103, 103, 103, 103, 47, 46}},
	{"BUILD_SET", pycBuild, 0, 0, pycNumbers{104, 104, 104, 104, 104, 104, 104, 49, 48}},
	{"BUILD_STRING", pycBuild, 0, 0, pycNumbers{157, 157, 157, 157, 157, 157, 157, 51, 50}},
	{"BUILD_SLICE", pycBuild, 0, 0, pycNumbers{133, 133, 133, 133, 133, 133, 133, 50, 49}},
	{"BUILD_MAP", pycMap, 0, 0, pycNumbers{105, 105, 105, 105, 105, 105, 105, 48, 47}},
	{"BUILD_CONST_KEY_MAP", pycKeyMap, 0, 0, pycNumbers{156, 156, 156, 156, 156, 156, 156, 46, 0}},
	{"MAP_ADD", pycMapAdd, 0, 0, pycNumbers{147, 147, 147, 147, 147, 147, 147, 95, 98}},
	{"FORMAT_VALUE", pycFormat, 0, 0, pycNumbers{155, 155, 155, 155, 155, 155, 155, 0, 0}},
	{"UNPACK_SEQUENCE", pycUnpack, 0, 0, pycNumbers{92, 92, 92, 92, 92, 92, 92, 117, 119}},
	{"KW_NAMES", pycKeywords, 0, 0, pycNumbers{0, 0, 0, 0, 0, 172, 172, 0, 0}},
	{"CALL", pycCall, 0, 0, pycNumbers{0, 0, 0, 0, 0, 171, 171, 53, 52}},
	{"CALL_FUNCTION", pycCall, 0, 0, pycNumbers{131, 131, 131, 131, 131, 0, 0, 0, 0}},
	{"CALL_METHOD", pycCallMethod, 0, 0, pycNumbers{0, 161, 161, 161, 161, 0, 0, 0, 0}},
	{"CALL_KW", pycCallKeywords, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 57, 55}},
	{"CALL_FUNCTION_KW", pycCallKeywords, 0, 0, pycNumbers{141, 141, 141, 141, 141, 0, 0, 0, 0}},
	{"CALL_FUNCTION_EX", pycCallUnpacked, 0, 0, pycNumbers{142, 142, 142, 142, 142, 142, 142, 54, 4}},
	{"MAKE_FUNCTION", pycFunction, 0, 0, pycNumbers{132, 132, 132, 132, 132, 132, 132, 26, 23}},
	{"SET_FUNCTION_ATTRIBUTE", pycFunctionWith, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 106, 108}},
	{"COPY", pycCopy, 0, 0, pycNumbers{0, 0, 0, 0, 0, 120, 120, 61, 59}},
	{"SWAP", pycSwap, 0, 0, pycNumbers{0, 0, 0, 0, 0, 99, 99, 115, 117}},
	{"DUP_TOP", pycDuplicate, 0, 0, pycNumbers{4, 4, 4, 4, 4, 0, 0, 0, 0}},
	{"ROT_TWO", pycRotate, 0, 0, pycNumbers{2, 2, 2, 2, 2, 0, 0, 0, 0}},
	{"EXTENDED_ARG", pycExtend, 0, 0, pycNumbers{144, 144, 144, 144, 144, 144, 144, 71, 69}},
	{"NOP", pycNothing, 0, 0, pycNumbers{9, 9, 9, 9, 9, 9, 9, 30, 27}},
	{"RESUME", pycNothing, 0, 0, pycNumbers{0, 0, 0, 0, 0, 151, 151, 149, 128}},
	{"COPY_FREE_VARS", pycNothing, 0, 0, pycNumbers{0, 0, 0, 0, 0, 149, 149, 62, 60}},
	{"MAKE_CELL", pycNothing, 0, 0, pycNumbers{0, 0, 0, 0, 0, 135, 135, 94, 97}},
	{"PRECALL", pycNothing, 0, 0, pycNumbers{0, 0, 0, 0, 0, 166, 0, 0, 0}},
	{"NOT_TAKEN", pycNothing, 0, 0, pycNumbers{0, 0, 0, 0, 0, 0, 0, 0, 28}},
	{"SETUP_ANNOTATIONS", pycNothing, 0, 0, pycNumbers{85, 85, 85, 85, 85, 85, 85, 37, 36}},
	{"DELETE_NAME", pycNothing, 0, 0, pycNumbers{91, 91, 91, 91, 91, 91, 91, 67, 65}},
	{"DELETE_FAST", pycNothing, 0, 0, pycNumbers{126, 126, 126, 126, 126, 126, 126, 65, 63}},
	{"DELETE_GLOBAL", pycNothing, 0, 0, pycNumbers{98, 98, 98, 98, 98, 98, 98, 66, 64}},
	{"DELETE_DEREF", pycNothing, 0, 0, pycNumbers{138, 138, 138, 138, 138, 139, 139, 64, 62}},
	{"BINARY_ADD", pycMove, 2, 1, pycNumbers{23, 23, 23, 23, 23, 0, 0, 0, 0}},
	{"BINARY_AND", pycMove, 2, 1, pycNumbers{64, 64, 64, 64, 64, 0, 0, 0, 0}},
	{"BINARY_FLOOR_DIVIDE", pycMove, 2, 1, pycNumbers{26, 26, 26, 26, 26, 0, 0, 0, 0}},
	{"BINARY_LSHIFT", pycMove, 2, 1, pycNumbers{62, 62, 62, 62, 62, 0, 0, 0, 0}},
	{"BINARY_MATRIX_MULTIPLY", pycMove, 2, 1, pycNumbers{16, 16, 16, 16, 16, 0, 0, 0, 0}},
	{"BINARY_MODULO", pycMove, 2, 1, pycNumbers{22, 22, 22, 22, 22, 0, 0, 0, 0}},
	{"BINARY_MULTIPLY", pycMove, 2, 1, pycNumbers{20, 20, 20, 20, 20, 0, 0, 0, 0}},
	{"BINARY_OP", pycMove, 2, 1, pycNumbers{0, 0, 0, 0, 0, 122, 122, 45, 44}},
	{"BINARY_OR", pycMove, 2, 1, pycNumbers{66, 66, 66, 66, 66, 0, 0, 0, 0}},
	{"BINARY_POWER", pycMove, 2, 1, pycNumbers{19, 19, 19, 19, 19, 0, 0, 0, 0}},
	{"BINARY_RSHIFT", pycMove, 2, 1, pycNumbers{63, 63, 63, 63, 63, 0, 0, 0, 0}},
	{"BINARY_SLICE", pycMove, 3, 1, pycNumbers{0, 0, 0, 0, 0, 0, 26, 4, 1}},
	{"BINARY_SUBSCR", pycMove, 2, 1, pycNumbers{25, 25, 25, 25, 25, 25, 25, 5, 0}},
	{"BINARY_SUBTRACT", pycMove, 2, 1, pycNumbers{24, 24, 24, 24, 24, 0, 0, 0, 0}},
	{"BINARY_TRUE_DIVIDE", pycMove, 2, 1, pycNumbers{27, 27, 27, 27, 27, 0, 0, 0, 0}},
	{"BINARY_XOR", pycMove, 2, 1, pycNumbers{65, 65, 65, 65, 65, 0, 0, 0, 0}},
	{"CALL_INTRINSIC_1", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 173, 55, 53}},
	{"CALL_INTRINSIC_2", pycMove, 2, 1, pycNumbers{0, 0, 0, 0, 0, 0, 174, 56, 54}},
	{"COMPARE_OP", pycMove, 2, 1, pycNumbers{107, 107, 107, 107, 107, 107, 107, 58, 56}},
	{"CONTAINS_OP", pycMove, 2, 1, pycNumbers{0, 0, 0, 118, 118, 118, 118, 59, 57}},
	{"CONVERT_VALUE", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 60, 58}},
	{"DELETE_ATTR", pycMove, 1, 0, pycNumbers{96, 96, 96, 96, 96, 96, 96, 63, 61}},
	{"DELETE_SUBSCR", pycMove, 2, 0, pycNumbers{61, 61, 61, 61, 61, 61, 61, 9, 8}},
	{"DICT_MERGE", pycMove, 1, 0, pycNumbers{0, 0, 0, 164, 164, 164, 164, 68, 66}},
	{"DICT_UPDATE", pycMove, 1, 0, pycNumbers{0, 0, 0, 165, 165, 165, 165, 69, 67}},
	{"FORMAT_SIMPLE", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 14, 12}},
	{"FORMAT_WITH_SPEC", pycMove, 2, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 15, 13}},
	{"GET_ITER", pycMove, 1, 1, pycNumbers{68, 68, 68, 68, 68, 68, 68, 19, 16}},
	{"IMPORT_FROM", pycMove, 0, 1, pycNumbers{109, 109, 109, 109, 109, 109, 109, 74, 72}},
	{"IMPORT_NAME", pycMove, 2, 1, pycNumbers{108, 108, 108, 108, 108, 108, 108, 75, 73}},
	{"INPLACE_ADD", pycMove, 2, 1, pycNumbers{55, 55, 55, 55, 55, 0, 0, 0, 0}},
	{"INPLACE_AND", pycMove, 2, 1, pycNumbers{77, 77, 77, 77, 77, 0, 0, 0, 0}},
	{"INPLACE_FLOOR_DIVIDE", pycMove, 2, 1, pycNumbers{28, 28, 28, 28, 28, 0, 0, 0, 0}},
	{"INPLACE_LSHIFT", pycMove, 2, 1, pycNumbers{75, 75, 75, 75, 75, 0, 0, 0, 0}},
	{"INPLACE_MATRIX_MULTIPLY", pycMove, 2, 1, pycNumbers{17, 17, 17, 17, 17, 0, 0, 0, 0}},
	{"INPLACE_MODULO", pycMove, 2, 1, pycNumbers{59, 59, 59, 59, 59, 0, 0, 0, 0}},
	{"INPLACE_MULTIPLY", pycMove, 2, 1, pycNumbers{57, 57, 57, 57, 57, 0, 0, 0, 0}},
	{"INPLACE_OR", pycMove, 2, 1, pycNumbers{79, 79, 79, 79, 79, 0, 0, 0, 0}},
	{"INPLACE_POWER", pycMove, 2, 1, pycNumbers{67, 67, 67, 67, 67, 0, 0, 0, 0}},
	{"INPLACE_RSHIFT", pycMove, 2, 1, pycNumbers{76, 76, 76, 76, 76, 0, 0, 0, 0}},
	{"INPLACE_SUBTRACT", pycMove, 2, 1, pycNumbers{56, 56, 56, 56, 56, 0, 0, 0, 0}},
	{"INPLACE_TRUE_DIVIDE", pycMove, 2, 1, pycNumbers{29, 29, 29, 29, 29, 0, 0, 0, 0}},
	{"INPLACE_XOR", pycMove, 2, 1, pycNumbers{78, 78, 78, 78, 78, 0, 0, 0, 0}},
	{"IS_OP", pycMove, 2, 1, pycNumbers{0, 0, 0, 117, 117, 117, 117, 76, 74}},
	{"LIST_APPEND", pycMove, 1, 0, pycNumbers{145, 145, 145, 145, 145, 145, 145, 80, 78}},
	{"LIST_EXTEND", pycMove, 1, 0, pycNumbers{0, 0, 0, 162, 162, 162, 162, 81, 79}},
	{"LIST_TO_TUPLE", pycMove, 1, 1, pycNumbers{0, 0, 0, 82, 82, 82, 0, 0, 0}},
	{"LOAD_ASSERTION_ERROR", pycMove, 0, 1, pycNumbers{0, 0, 0, 74, 74, 74, 74, 23, 0}},
	{"LOAD_BUILD_CLASS", pycMove, 0, 1, pycNumbers{71, 71, 71, 71, 71, 71, 71, 24, 21}},
	{"LOAD_CLASSDEREF", pycMove, 0, 1, pycNumbers{148, 148, 148, 148, 148, 148, 0, 0, 0}},
	{"LOAD_CLOSURE", pycMove, 0, 1, pycNumbers{135, 135, 135, 135, 135, 136, 136, 0, 0}},
	{"LOAD_COMMON_CONSTANT", pycMove, 0, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 0, 81}},
	{"LOAD_DEREF", pycMove, 0, 1, pycNumbers{136, 136, 136, 136, 136, 137, 137, 84, 83}},
	{"LOAD_FAST_BORROW_LOAD_FAST_BORROW", pycMove, 0, 2, pycNumbers{0, 0, 0, 0, 0, 0, 0, 0, 87}},
	{"LOAD_FAST_LOAD_FAST", pycMove, 0, 2, pycNumbers{0, 0, 0, 0, 0, 0, 0, 88, 89}},
	{"LOAD_FROM_DICT_OR_DEREF", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 176, 89, 90}},
	{"LOAD_FROM_DICT_OR_GLOBALS", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 175, 90, 91}},
	{"LOAD_LOCALS", pycMove, 0, 1, pycNumbers{0, 0, 0, 0, 0, 0, 87, 25, 22}},
	{"LOAD_SMALL_INT", pycMove, 0, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 0, 94}},
	{"POP_TOP", pycMove, 1, 0, pycNumbers{1, 1, 1, 1, 1, 1, 1, 32, 31}},
	{"PUSH_NULL", pycMove, 0, 1, pycNumbers{0, 0, 0, 0, 0, 2, 2, 34, 33}},
	{"SET_ADD", pycMove, 1, 0, pycNumbers{146, 146, 146, 146, 146, 146, 146, 105, 107}},
	{"SET_UPDATE", pycMove, 1, 0, pycNumbers{0, 0, 0, 163, 163, 163, 163, 107, 109}},
	{"STORE_SLICE", pycMove, 4, 0, pycNumbers{0, 0, 0, 0, 0, 0, 27, 38, 37}},
	{"TO_BOOL", pycMove, 1, 1, pycNumbers{0, 0, 0, 0, 0, 0, 0, 40, 39}},
	{"UNARY_INVERT", pycMove, 1, 1, pycNumbers{15, 15, 15, 15, 15, 15, 15, 41, 40}},
	{"UNARY_NEGATIVE", pycMove, 1, 1, pycNumbers{11, 11, 11, 11, 11, 11, 11, 42, 41}},
	{"UNARY_NOT", pycMove, 1, 1, pycNumbers{12, 12, 12, 12, 12, 12, 12, 43, 42}},
	{"UNARY_POSITIVE", pycMove, 1, 1, pycNumbers{10, 10, 10, 10, 10, 10, 0, 0, 0}},
}
