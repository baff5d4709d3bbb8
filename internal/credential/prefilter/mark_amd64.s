#include "textflag.h"

// Where the bytes of the looks at 0, 2, 4 and 6 are in each half of a register.
DATA  shuffle<>+0(SB)/8, $0x0504030203020100
DATA  shuffle<>+8(SB)/8, $0x0908070607060504
GLOBL shuffle<>(SB), RODATA|NOPTR, $16

DATA  foldGram<>+0(SB)/4, $0x00DFDFDF
GLOBL foldGram<>(SB), RODATA|NOPTR, $4

DATA  hashMul<>+0(SB)/4, $0x9E3779B1
GLOBL hashMul<>(SB), RODATA|NOPTR, $4

DATA  fiveBits<>+0(SB)/4, $31
GLOBL fiveBits<>(SB), RODATA|NOPTR, $4

// PAIR loads the cells of the table that the halves of index select, into two parts
// of out from part on. A gather would do it in one instruction, and take longer.
#define PAIR(index, part, out) \
	MOVL    index, R12                      \
	SHRQ    $32, index                      \
	VPINSRD $part, (DI)(R12*4), out, out    \
	VPINSRD $(part+1), (DI)(index*4), out, out

// LOOK makes eight looks, four from offset on and four from 16 bytes further on.
// The sign of each part of out is the answer of the table.
#define LOOK(offset, out) \
	VMOVDQU      offset(SI), Y0   \
	VPSHUFB      Y15, Y0, Y0      \
	VPAND        Y14, Y0, Y1      \ // the hash of the gram
	VPMULLD      Y13, Y1, Y1      \
	VPSRLD       $18, Y1, Y1      \
	VPSRLD       $24, Y0, Y2      \ // the byte behind it
	VPAND        Y12, Y2, Y2      \
	VEXTRACTI128 $1, Y1, X3       \
	VMOVQ        X1, R8           \
	VPEXTRQ      $1, X1, R9       \
	VMOVQ        X3, R10          \
	VPEXTRQ      $1, X3, R11      \
	VPXOR        X3, X3, X3       \
	VPXOR        X4, X4, X4       \
	PAIR(R8, 0, X3)               \
	PAIR(R9, 2, X3)               \
	PAIR(R10, 0, X4)              \
	PAIR(R11, 2, X4)              \
	VINSERTI128  $1, X4, Y3, Y3   \
	VPSLLVD      Y2, Y3, out

// HALF sets in AX a bit for each of 32 places from offset on.
#define HALF(offset) \
	LOOK((offset+0), Y5)   \
	LOOK((offset+8), Y6)   \
	LOOK((offset+32), Y7)  \
	LOOK((offset+40), Y8)  \
	VPACKSSDW Y6, Y5, Y5   \
	VPACKSSDW Y8, Y7, Y7   \
	VPACKSSWB Y7, Y5, Y5   \
	VPERMQ    $0xD8, Y5, Y5 \
	VPMOVMSKB Y5, AX

// func markAVX2(t *table, text *byte, marks []uint64)
TEXT ·markAVX2(SB), NOSPLIT, $0-40
	MOVQ           t+0(FP), DI
	MOVQ           text+8(FP), SI
	MOVQ           marks_base+16(FP), BX
	MOVQ           marks_len+24(FP), CX
	VBROADCASTI128 shuffle<>(SB), Y15
	VPBROADCASTD   foldGram<>(SB), Y14
	VPBROADCASTD   hashMul<>(SB), Y13
	VPBROADCASTD   fiveBits<>(SB), Y12

loop:
	HALF(0)
	MOVL AX, (BX)
	HALF(64)
	MOVL AX, 4(BX)
	ADDQ $128, SI
	ADDQ $8, BX
	DECQ CX
	JNZ  loop

	VZEROUPPER
	RET
