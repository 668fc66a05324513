	.file	"<string>"
	.section	.ltext,"axl",@progbits
	.globl	_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.p2align	4
	.type	_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@function
_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%r13
	.cfi_def_cfa_offset 40
	pushq	%r12
	.cfi_def_cfa_offset 48
	pushq	%rbx
	.cfi_def_cfa_offset 56
	subq	$40, %rsp
	.cfi_def_cfa_offset 96
	.cfi_offset %rbx, -56
	.cfi_offset %r12, -48
	.cfi_offset %r13, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	movq	%r9, %rbp
	movq	%r8, %r12
	movq	%rcx, %r15
	movq	%rdx, %rbx
	movq	%rsi, 16(%rsp)
	movq	%rdi, 24(%rsp)
	movq	248(%rsp), %r13
	movq	$0, 8(%rsp)
	movabsq	$NRT_incref, %r14
	movq	%rcx, %rdi
	callq	*%r14
	movq	%r13, %rdi
	callq	*%r14
	movq	304(%rsp), %rdi
	callq	*%r14
	testq	%rbx, %rbx
	jle	.LBB0_4
	incq	%rbx
	leaq	32(%rsp), %r13
	leaq	8(%rsp), %r14
	.p2align	4
.LBB0_2:
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	movq	%r13, %rdi
	movq	%r14, %rsi
	movq	%r15, %rdx
	movq	%r12, %rcx
	movq	%rbp, %r8
	movq	104(%rsp), %r9
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	360(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	$0
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	368(%rsp)
	.cfi_adjust_cfa_offset 8
	movabsq	$_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, %rax
	callq	*%rax
	addq	$272, %rsp
	.cfi_adjust_cfa_offset -272
	testl	%eax, %eax
	jne	.LBB0_5
	decq	%rbx
	cmpq	$1, %rbx
	jg	.LBB0_2
.LBB0_4:
	movabsq	$NRT_decref, %rbx
	movq	%r15, %rdi
	callq	*%rbx
	movq	248(%rsp), %rdi
	callq	*%rbx
	movq	304(%rsp), %rdi
	callq	*%rbx
	movq	24(%rsp), %rax
	movq	$0, (%rax)
	xorl	%eax, %eax
	jmp	.LBB0_6
.LBB0_5:
	movq	8(%rsp), %rcx
	movq	16(%rsp), %rdx
	movq	%rcx, (%rdx)
.LBB0_6:
	addq	$40, %rsp
	.cfi_def_cfa_offset 56
	popq	%rbx
	.cfi_def_cfa_offset 48
	popq	%r12
	.cfi_def_cfa_offset 40
	popq	%r13
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	retq
.Lfunc_end0:
	.size	_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, .Lfunc_end0-_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.cfi_endproc

	.globl	_ZN7cpython8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.p2align	4
	.type	_ZN7cpython8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@function
_ZN7cpython8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%r13
	.cfi_def_cfa_offset 40
	pushq	%r12
	.cfi_def_cfa_offset 48
	pushq	%rbx
	.cfi_def_cfa_offset 56
	subq	$552, %rsp
	.cfi_def_cfa_offset 608
	.cfi_offset %rbx, -56
	.cfi_offset %r12, -48
	.cfi_offset %r13, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	movq	%rsi, %rdi
	leaq	208(%rsp), %r10
	leaq	216(%rsp), %r11
	leaq	224(%rsp), %r14
	leaq	232(%rsp), %r15
	leaq	240(%rsp), %r12
	leaq	248(%rsp), %r13
	movabsq	$.const.rep, %rsi
	movabsq	$PyArg_UnpackTuple, %rbp
	xorl	%ebx, %ebx
	leaq	264(%rsp), %r8
	leaq	256(%rsp), %r9
	movl	$8, %edx
	movl	$8, %ecx
	xorl	%eax, %eax
	pushq	%r10
	.cfi_adjust_cfa_offset 8
	pushq	%r11
	.cfi_adjust_cfa_offset 8
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	callq	*%rbp
	addq	$48, %rsp
	.cfi_adjust_cfa_offset -48
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 272(%rsp)
	vmovups	%ymm0, 296(%rsp)
	vmovups	%ymm0, 336(%rsp)
	vmovups	%ymm0, 360(%rsp)
	movq	$0, 72(%rsp)
	testl	%eax, %eax
	je	.LBB1_39
	movabsq	$_ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, %rax
	cmpq	$0, (%rax)
	je	.LBB1_44
	movq	264(%rsp), %rdi
	movabsq	$PyNumber_Long, %rax
	vzeroupper
	callq	*%rax
	movabsq	$PyLong_AsLongLong, %r13
	movabsq	$Py_DecRef, %r15
	testq	%rax, %rax
	je	.LBB1_46
	movq	%rax, %rbx
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, %r14
	movq	%rbx, %rdi
	callq	*%r15
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_47
.LBB1_4:
	movq	256(%rsp), %rdi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 400(%rsp)
	vmovups	%ymm0, 432(%rsp)
	vmovups	%ymm0, 464(%rsp)
	movq	$0, 496(%rsp)
	movabsq	$NRT_adapt_ndarray_from_python, %rax
	leaq	400(%rsp), %rsi
	vzeroupper
	callq	*%rax
	cmpq	$4, 424(%rsp)
	setne	%cl
	testl	%eax, %eax
	setne	%bl
	orb	%cl, %bl
	cmpb	$1, %bl
	je	.LBB1_48
	testb	%bl, %bl
	jne	.LBB1_47
.LBB1_6:
	movq	400(%rsp), %r15
	movq	408(%rsp), %r12
	movq	416(%rsp), %rbp
	movq	432(%rsp), %rax
	movq	%rax, 176(%rsp)
	movq	440(%rsp), %rax
	movq	%rax, 168(%rsp)
	movq	448(%rsp), %rax
	movq	%rax, 160(%rsp)
	movq	456(%rsp), %rax
	movq	%rax, 152(%rsp)
	movq	464(%rsp), %rax
	movq	%rax, 144(%rsp)
	movq	472(%rsp), %rax
	movq	%rax, 136(%rsp)
	movq	480(%rsp), %rax
	movq	%rax, 128(%rsp)
	movq	488(%rsp), %rax
	movq	%rax, 120(%rsp)
	movq	496(%rsp), %rax
	movq	%rax, 112(%rsp)
	movq	248(%rsp), %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	movq	%r14, 200(%rsp)
	movq	%r15, 40(%rsp)
	movq	%r12, 192(%rsp)
	movq	%rbp, 184(%rsp)
	je	.LBB1_50
	movq	%rax, %rbx
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 32(%rsp)
	movq	%rbx, %rdi
	movabsq	$Py_DecRef, %rax
	callq	*%rax
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_66
.LBB1_8:
	movq	240(%rsp), %rbx
	movabsq	$PyTuple_Size, %r12
	movq	%rbx, %rdi
	callq	*%r12
	cmpq	$4, %rax
	setne	%r15b
	jne	.LBB1_51
.LBB1_9:
	movabsq	$PyTuple_GetItem, %rbp
	movq	$0, 64(%rsp)
	movq	%rbx, %rdi
	xorl	%esi, %esi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_11
	movq	%rax, %r14
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 64(%rsp)
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %rax
	callq	*%rax
.LBB1_11:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_52
.LBB1_12:
	movl	$1, %esi
	movq	%rbx, %rdi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_53
	movq	%rax, %r14
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 24(%rsp)
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %rax
	callq	*%rax
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_54
.LBB1_14:
	movl	$2, %esi
	movq	%rbx, %rdi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_55
	movq	%rax, %r14
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 16(%rsp)
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %r14
	callq	*%r14
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_56
.LBB1_16:
	movl	$3, %esi
	movq	%rbx, %rdi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_57
	movq	%rax, %rbx
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 8(%rsp)
	movq	%rbx, %rdi
	callq	*%r14
.LBB1_18:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	setne	%al
	orb	%al, %r15b
	jne	.LBB1_66
	movq	232(%rsp), %rbx
	movq	%rbx, %rdi
	callq	*%r12
	cmpq	$2, %rax
	setne	%r15b
	jne	.LBB1_58
.LBB1_20:
	movq	$0, 56(%rsp)
	movq	%rbx, %rdi
	xorl	%esi, %esi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_22
	movq	%rax, %r14
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 56(%rsp)
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %rax
	callq	*%rax
.LBB1_22:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_59
.LBB1_23:
	movl	$1, %esi
	movq	%rbx, %rdi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_60
	movq	%rax, %r14
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, (%rsp)
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %r14
	callq	*%r14
.LBB1_25:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	setne	%al
	orb	%al, %r15b
	jne	.LBB1_66
	movq	224(%rsp), %r15
	movq	%r15, %rdi
	callq	*%r12
	cmpq	$2, %rax
	setne	%bl
	jne	.LBB1_61
.LBB1_27:
	movq	$0, 48(%rsp)
	movq	%r15, %rdi
	xorl	%esi, %esi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_29
	movq	%rax, %r12
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, 48(%rsp)
	movq	%r12, %rdi
	callq	*%r14
.LBB1_29:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_62
.LBB1_30:
	movl	$1, %esi
	movq	%r15, %rdi
	callq	*%rbp
	movq	%rax, %rdi
	movabsq	$PyNumber_Long, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_63
	movq	%rax, %r15
	movq	%rax, %rdi
	callq	*%r13
	movq	%rax, %r12
	movq	%r15, %rdi
	callq	*%r14
.LBB1_32:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	setne	%al
	orb	%al, %bl
	jne	.LBB1_66
	movq	216(%rsp), %rdi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 272(%rsp)
	vmovups	%ymm0, 296(%rsp)
	leaq	272(%rsp), %rsi
	movabsq	$NRT_adapt_ndarray_from_python, %rbx
	vzeroupper
	callq	*%rbx
	testl	%eax, %eax
	jne	.LBB1_64
	cmpq	$4, 296(%rsp)
	jne	.LBB1_64
	movq	%r12, 104(%rsp)
	movq	272(%rsp), %rbp
	movq	280(%rsp), %r14
	movq	288(%rsp), %r12
	movq	304(%rsp), %r15
	movq	312(%rsp), %rax
	movq	%rax, 96(%rsp)
	movq	320(%rsp), %r13
	movq	208(%rsp), %rdi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 336(%rsp)
	vmovups	%ymm0, 360(%rsp)
	leaq	336(%rsp), %rsi
	vzeroupper
	callq	*%rbx
	testl	%eax, %eax
	jne	.LBB1_65
	cmpq	$4, 360(%rsp)
	jne	.LBB1_65
	movq	%rbp, 80(%rsp)
	movq	336(%rsp), %rbp
	vmovups	344(%rsp), %xmm0
	vmovaps	%xmm0, 528(%rsp)
	vmovaps	368(%rsp), %xmm0
	vmovaps	%xmm0, 512(%rsp)
	movq	384(%rsp), %rbx
	movabsq	$PyEval_SaveThread, %rax
	callq	*%rax
	movq	%rax, 88(%rsp)
	subq	$272, %rsp
	.cfi_adjust_cfa_offset 272
	movq	%rbx, 256(%rsp)
	vmovaps	784(%rsp), %xmm0
	vmovups	%xmm0, 240(%rsp)
	vmovaps	800(%rsp), %xmm0
	vmovups	%xmm0, 216(%rsp)
	movq	%r13, 200(%rsp)
	movq	368(%rsp), %rax
	movq	%rax, 192(%rsp)
	movq	%r15, 184(%rsp)
	movq	%r12, 168(%rsp)
	movq	%r14, 160(%rsp)
	movq	376(%rsp), %rax
	movq	%rax, 144(%rsp)
	movq	320(%rsp), %rax
	movq	%rax, 136(%rsp)
	movq	272(%rsp), %rax
	movq	%rax, 128(%rsp)
	movq	328(%rsp), %rax
	movq	%rax, 120(%rsp)
	movq	280(%rsp), %rax
	movq	%rax, 112(%rsp)
	movq	288(%rsp), %rax
	movq	%rax, 104(%rsp)
	movq	296(%rsp), %rax
	movq	%rax, 96(%rsp)
	movq	336(%rsp), %rax
	movq	%rax, 88(%rsp)
	movq	304(%rsp), %rax
	movq	%rax, 80(%rsp)
	movq	384(%rsp), %rax
	movq	%rax, 72(%rsp)
	movq	392(%rsp), %rax
	movq	%rax, 64(%rsp)
	movq	400(%rsp), %rax
	movq	%rax, 56(%rsp)
	movq	408(%rsp), %rax
	movq	%rax, 48(%rsp)
	movq	416(%rsp), %rax
	movq	%rax, 40(%rsp)
	movq	424(%rsp), %rax
	movq	%rax, 32(%rsp)
	movq	%rbp, %r13
	movq	%rbp, 208(%rsp)
	movq	352(%rsp), %rbp
	movq	%rbp, 152(%rsp)
	movq	432(%rsp), %rax
	movq	%rax, 24(%rsp)
	movq	440(%rsp), %rax
	movq	%rax, 16(%rsp)
	movq	448(%rsp), %rax
	movq	%rax, 8(%rsp)
	movq	$4, 232(%rsp)
	movq	$4, 176(%rsp)
	movq	$4, (%rsp)
	movabsq	$_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, %rax
	leaq	816(%rsp), %rdi
	leaq	344(%rsp), %rsi
	movq	472(%rsp), %rdx
	movq	464(%rsp), %r8
	movq	456(%rsp), %r9
	movq	312(%rsp), %r12
	movq	%r12, %rcx
	callq	*%rax
	addq	$272, %rsp
	.cfi_adjust_cfa_offset -272
	movl	%eax, %r14d
	movq	72(%rsp), %rbx
	movabsq	$PyEval_RestoreThread, %rax
	movq	88(%rsp), %rdi
	callq	*%rax
	movabsq	$NRT_decref, %r15
	movq	%r12, %rdi
	callq	*%r15
	movq	%rbp, %rdi
	callq	*%r15
	movq	%r13, %rdi
	callq	*%r15
	testl	%r14d, %r14d
	jne	.LBB1_40
	movabsq	$_Py_NoneStruct, %rbx
	movabsq	$Py_IncRef, %rax
	movq	%rbx, %rdi
	callq	*%rax
.LBB1_39:
	movq	%rbx, %rax
	addq	$552, %rsp
	.cfi_def_cfa_offset 56
	popq	%rbx
	.cfi_def_cfa_offset 48
	popq	%r12
	.cfi_def_cfa_offset 40
	popq	%r13
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	vzeroupper
	retq
.LBB1_40:
	.cfi_def_cfa_offset 608
	jle	.LBB1_68
	movabsq	$PyErr_Clear, %rax
	callq	*%rax
	movl	8(%rbx), %esi
	movq	(%rbx), %rdi
	cmpl	$0, 32(%rbx)
	jle	.LBB1_71
	movslq	%esi, %rsi
	movabsq	$PyBytes_FromStringAndSize, %rax
	callq	*%rax
	movq	%rax, %r14
	movq	16(%rbx), %rdi
	callq	*24(%rbx)
	testq	%rax, %rax
	je	.LBB1_77
	movabsq	$numba_runtime_build_excinfo_struct, %rcx
	movq	%r14, %rdi
	movq	%rax, %rsi
	callq	*%rcx
	movq	%rax, %r14
	movabsq	$NRT_Free, %rax
	movq	%rbx, %rdi
	callq	*%rax
	jmp	.LBB1_72
.LBB1_44:
	movabsq	$PyExc_RuntimeError, %rdi
	movabsq	$".const.missing Environment: _ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE", %rsi
.LBB1_45:
	movabsq	$PyErr_SetString, %rax
	vzeroupper
	callq	*%rax
	xorl	%ebx, %ebx
	jmp	.LBB1_39
.LBB1_46:
	xorl	%r14d, %r14d
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_4
	jmp	.LBB1_47
.LBB1_48:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	testb	%bl, %bl
	je	.LBB1_6
	jmp	.LBB1_47
.LBB1_50:
	movq	$0, 32(%rsp)
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_8
	jmp	.LBB1_66
.LBB1_51:
	movabsq	$PyExc_ValueError, %rdi
	movabsq	$".const.size mismatch for tuple, expected 4 element(s) but got %zd", %rsi
	movabsq	$PyErr_Format, %rcx
	movq	%rax, %rdx
	xorl	%eax, %eax
	callq	*%rcx
	jmp	.LBB1_9
.LBB1_52:
	movb	$1, %r15b
	jmp	.LBB1_12
.LBB1_53:
	movq	$0, 24(%rsp)
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_14
.LBB1_54:
	movb	$1, %r15b
	jmp	.LBB1_14
.LBB1_55:
	movq	$0, 16(%rsp)
	movabsq	$Py_DecRef, %r14
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_16
.LBB1_56:
	movb	$1, %r15b
	jmp	.LBB1_16
.LBB1_57:
	movq	$0, 8(%rsp)
	jmp	.LBB1_18
.LBB1_58:
	movabsq	$PyExc_ValueError, %rdi
	movabsq	$".const.size mismatch for tuple, expected 2 element(s) but got %zd", %rsi
	movabsq	$PyErr_Format, %rcx
	movq	%rax, %rdx
	xorl	%eax, %eax
	callq	*%rcx
	jmp	.LBB1_20
.LBB1_59:
	movb	$1, %r15b
	jmp	.LBB1_23
.LBB1_60:
	movq	$0, (%rsp)
	movabsq	$Py_DecRef, %r14
	jmp	.LBB1_25
.LBB1_61:
	movabsq	$PyExc_ValueError, %rdi
	movabsq	$".const.size mismatch for tuple, expected 2 element(s) but got %zd", %rsi
	movabsq	$PyErr_Format, %rcx
	movq	%rax, %rdx
	xorl	%eax, %eax
	callq	*%rcx
	jmp	.LBB1_27
.LBB1_62:
	movb	$1, %bl
	jmp	.LBB1_30
.LBB1_63:
	xorl	%r12d, %r12d
	jmp	.LBB1_32
.LBB1_64:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	jmp	.LBB1_66
.LBB1_65:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	movabsq	$NRT_decref, %rax
	movq	%rbp, %rdi
	callq	*%rax
.LBB1_66:
	movabsq	$NRT_decref, %rax
	movq	40(%rsp), %rdi
.LBB1_67:
	callq	*%rax
	xorl	%ebx, %ebx
	jmp	.LBB1_39
.LBB1_68:
	cmpl	$-3, %r14d
	je	.LBB1_74
	cmpl	$-1, %r14d
	jne	.LBB1_75
.LBB1_47:
	xorl	%ebx, %ebx
	jmp	.LBB1_39
.LBB1_71:
	movq	16(%rbx), %rdx
	movabsq	$numba_unpickle, %rax
	callq	*%rax
	movq	%rax, %r14
.LBB1_72:
	testq	%r14, %r14
	je	.LBB1_47
	movabsq	$numba_do_raise, %rax
	movq	%r14, %rdi
	jmp	.LBB1_67
.LBB1_74:
	movabsq	$PyExc_StopIteration, %rdi
	movabsq	$PyErr_SetNone, %rax
	jmp	.LBB1_67
.LBB1_75:
	movabsq	$PyExc_SystemError, %rdi
	movabsq	$".const.unknown error when calling native function", %rsi
	jmp	.LBB1_45
.LBB1_77:
	movabsq	$PyExc_RuntimeError, %rdi
	movabsq	$".const.Error creating Python tuple from runtime exception arguments", %rsi
	jmp	.LBB1_45
.Lfunc_end1:
	.size	_ZN7cpython8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, .Lfunc_end1-_ZN7cpython8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.cfi_endproc

	.globl	cfunc._ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.p2align	4
	.type	cfunc._ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@function
cfunc._ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%rbx
	.cfi_def_cfa_offset 40
	subq	$296, %rsp
	.cfi_def_cfa_offset 336
	.cfi_offset %rbx, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	movq	%rcx, %r10
	movq	%rdx, %rax
	movq	%rsi, %rcx
	movq	%rdi, %rdx
	vmovups	336(%rsp), %ymm0
	vmovups	368(%rsp), %ymm1
	vmovups	400(%rsp), %ymm2
	movq	432(%rsp), %rsi
	vmovups	440(%rsp), %ymm3
	vmovups	472(%rsp), %ymm4
	vmovups	504(%rsp), %xmm5
	movq	520(%rsp), %rdi
	vmovups	528(%rsp), %ymm6
	vmovaps	560(%rsp), %xmm7
	movq	576(%rsp), %r11
	movq	$0, 288(%rsp)
	movq	$0, 280(%rsp)
	movq	%r11, 256(%rsp)
	vmovups	%xmm7, 240(%rsp)
	vmovups	%ymm6, 208(%rsp)
	movq	%rdi, 200(%rsp)
	vmovups	%xmm5, 184(%rsp)
	vmovups	%ymm4, 152(%rsp)
	vmovups	%ymm3, 120(%rsp)
	movq	%rsi, 112(%rsp)
	vmovups	%ymm2, 80(%rsp)
	vmovups	%ymm1, 48(%rsp)
	vmovups	%ymm0, 16(%rsp)
	movq	%r9, 8(%rsp)
	movq	%r8, (%rsp)
	movabsq	$_ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, %r11
	leaq	288(%rsp), %rdi
	leaq	280(%rsp), %rsi
	movq	%rax, %r8
	movq	%r10, %r9
	vzeroupper
	callq	*%r11
	movl	%eax, %ecx
	movq	280(%rsp), %rbx
	movq	288(%rsp), %rax
	movl	$0, 276(%rsp)
	testl	%ecx, %ecx
	jne	.LBB2_1
.LBB2_8:
	addq	$296, %rsp
	.cfi_def_cfa_offset 40
	popq	%rbx
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	retq
.LBB2_1:
	.cfi_def_cfa_offset 336
	movq	%rax, %r15
	movabsq	$numba_gil_ensure, %rax
	leaq	276(%rsp), %rdi
	movl	%ecx, %ebp
	callq	*%rax
	testl	%ebp, %ebp
	jle	.LBB2_9
	movabsq	$PyErr_Clear, %rax
	callq	*%rax
	movl	8(%rbx), %esi
	movq	(%rbx), %rdi
	cmpl	$0, 32(%rbx)
	jle	.LBB2_12
	movslq	%esi, %rsi
	movabsq	$PyBytes_FromStringAndSize, %rax
	callq	*%rax
	movq	%rax, %r14
	movq	16(%rbx), %rdi
	callq	*24(%rbx)
	testq	%rax, %rax
	je	.LBB2_4
	movabsq	$numba_runtime_build_excinfo_struct, %rcx
	movq	%r14, %rdi
	movq	%rax, %rsi
	callq	*%rcx
	movq	%rax, %r14
	movabsq	$NRT_Free, %rax
	movq	%rbx, %rdi
	callq	*%rax
	jmp	.LBB2_13
.LBB2_9:
	movl	%ebp, %eax
	cmpl	$-3, %ebp
	je	.LBB2_5
	cmpl	$-1, %eax
	je	.LBB2_7
	movabsq	$PyExc_SystemError, %rdi
	movabsq	$".const.unknown error when calling native function.2", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	jmp	.LBB2_7
.LBB2_12:
	movq	16(%rbx), %rdx
	movabsq	$numba_unpickle, %rax
	callq	*%rax
	movq	%rax, %r14
.LBB2_13:
	testq	%r14, %r14
	je	.LBB2_7
	movabsq	$numba_do_raise, %rax
	movq	%r14, %rdi
.LBB2_6:
	callq	*%rax
.LBB2_7:
	movabsq	$".const.<numba.core.cpu.CPUContext>", %rdi
	movabsq	$PyUnicode_FromString, %rax
	callq	*%rax
	movq	%rax, %rbx
	movabsq	$PyErr_WriteUnraisable, %rax
	movq	%rbx, %rdi
	callq	*%rax
	movabsq	$Py_DecRef, %rax
	movq	%rbx, %rdi
	callq	*%rax
	movabsq	$numba_gil_release, %rax
	leaq	276(%rsp), %rdi
	callq	*%rax
	movq	%r15, %rax
	jmp	.LBB2_8
.LBB2_5:
	movabsq	$PyExc_StopIteration, %rdi
	movabsq	$PyErr_SetNone, %rax
	jmp	.LBB2_6
.LBB2_4:
	movabsq	$PyExc_RuntimeError, %rdi
	movabsq	$".const.Error creating Python tuple from runtime exception arguments.1", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	xorl	%eax, %eax
	jmp	.LBB2_8
.Lfunc_end2:
	.size	cfunc._ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, .Lfunc_end2-cfunc._ZN8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.cfi_endproc

	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0
.LCPI3_0:
	.long	0x3f800000
	.section	.ltext,"axl",@progbits
	.weak	_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.p2align	4
	.type	_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@function
_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%r13
	.cfi_def_cfa_offset 40
	pushq	%r12
	.cfi_def_cfa_offset 48
	pushq	%rbx
	.cfi_def_cfa_offset 56
	subq	$328, %rsp
	.cfi_def_cfa_offset 384
	.cfi_offset %rbx, -56
	.cfi_offset %r12, -48
	.cfi_offset %r13, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	movq	%r9, %rbx
	movq	%r8, %r14
	movq	%rcx, %r15
	movq	%rdx, %r12
	movq	%rsi, 16(%rsp)
	movq	%rdi, 88(%rsp)
	movq	592(%rsp), %r13
	movq	536(%rsp), %rdi
	movq	$0, 40(%rsp)
	movabsq	$NRT_incref, %rbp
	callq	*%rbp
	movq	%r13, %rdi
	callq	*%rbp
	movq	%r12, 152(%rsp)
	movq	416(%rsp), %r12
	movq	%r15, 160(%rsp)
	movq	%r14, 168(%rsp)
	movq	%rbx, 176(%rsp)
	vmovaps	384(%rsp), %xmm0
	vmovups	%xmm0, 184(%rsp)
	movq	400(%rsp), %rax
	movq	%rax, 200(%rsp)
	movq	408(%rsp), %rax
	movq	%rax, %r15
	movq	%rax, 208(%rsp)
	movq	%r12, 216(%rsp)
	vmovups	424(%rsp), %ymm0
	vmovups	%ymm0, 224(%rsp)
	movq	%r14, 48(%rsp)
	movabsq	$numba_attempt_nocopy_reshape, %rax
	leaq	48(%rsp), %r8
	leaq	40(%rsp), %r9
	movl	$4, %edi
	movl	$1, %ecx
	leaq	192(%rsp), %rsi
	leaq	224(%rsp), %rdx
	pushq	$0
	.cfi_adjust_cfa_offset 8
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	vzeroupper
	callq	*%rax
	addq	$16, %rsp
	.cfi_adjust_cfa_offset -16
	testl	%eax, %eax
	je	.LBB3_1
	movq	184(%rsp), %rax
	movq	%rax, 144(%rsp)
	movq	48(%rsp), %rax
	movq	%rax, 136(%rsp)
	movq	40(%rsp), %rax
	movq	%rax, 128(%rsp)
	movq	176(%rsp), %rax
	movq	%rax, 120(%rsp)
	movq	152(%rsp), %rdi
	movq	160(%rsp), %rax
	movq	%rax, 112(%rsp)
	movq	%rdi, 32(%rsp)
	callq	*%rbp
	cmpq	$0, 464(%rsp)
	jle	.LBB3_11
	movq	624(%rsp), %rcx
	movq	512(%rsp), %rax
	movq	496(%rsp), %r14
	movq	480(%rsp), %rdx
	leaq	-1(%rdx), %rbx
	imulq	%rax, %rbx
	addq	%r14, %rbx
	imulq	%r12, %rbx
	movq	528(%rsp), %rsi
	imulq	%r12, %rsi
	imulq	%r12, %r15
	movq	%rbx, %rdi
	movq	%rsi, 104(%rsp)
	subq	%rsi, %rdi
	imulq	%r12, %r14
	cmpq	%r15, %rdi
	movq	%r15, 24(%rsp)
	cmovgeq	%r15, %rdi
	movq	%rdi, 96(%rsp)
	movabsq	$9223372036854775776, %rsi
	andq	%rdx, %rsi
	movq	%rsi, 72(%rsp)
	imulq	%r12, %rax
	movq	%rax, 80(%rsp)
	movabsq	$.LCPI3_0, %rax
	vbroadcastss	(%rax), %ymm0
	vmovups	%ymm0, 288(%rsp)
	negq	%rdx
	movq	%rdx, 64(%rsp)
	movq	472(%rsp), %rsi
	leaq	96(%rcx), %rax
	movq	%rax, 56(%rsp)
	xorl	%r8d, %r8d
	xorl	%edi, %edi
.LBB3_4:
	testq	%rsi, %rsi
	movq	%rdi, (%rsp)
	movq	%r8, 8(%rsp)
	je	.LBB3_5
	movq	%rdi, %rax
	orq	%rsi, %rax
	shrq	$32, %rax
	testq	%rax, %rax
	jne	.LBB3_16
	movl	%edi, %eax
	xorl	%edx, %edx
	divl	%esi
	movl	%edx, %r13d
	movl	%eax, %r12d
	cmpq	$0, 488(%rsp)
	jg	.LBB3_24
	jmp	.LBB3_9
	.p2align	4
.LBB3_16:
	je	.LBB3_17
	je	.LBB3_17
	movq	%rdi, %rax
	cqto
	idivq	%rsi
	movq	%rdx, %r13
	movq	%rax, %r12
	testq	%rsi, %rsi
	js	.LBB3_21
	jmp	.LBB3_23
	.p2align	4
.LBB3_17:
	movl	%edi, %eax
	xorl	%edx, %edx
	divl	%esi
	movl	%edx, %r13d
	movl	%eax, %r12d
	testq	%rsi, %rsi
	jns	.LBB3_23
.LBB3_21:
	testq	%r13, %r13
	je	.LBB3_23
	decq	%r12
	addq	%rsi, %r13
.LBB3_23:
	cmpq	$0, 488(%rsp)
	jle	.LBB3_9
.LBB3_24:
	imulq	504(%rsp), %r13
	subq	520(%rsp), %r13
	imulq	400(%rsp), %r12
	addq	%r13, %r12
	imulq	24(%rsp), %r12
	movq	488(%rsp), %rbp
	xorl	%r15d, %r15d
	jmp	.LBB3_6
	.p2align	4
.LBB3_8:
	addq	%rbx, %r15
	incq	%r13
	addq	24(%rsp), %r12
	decq	%rbp
	je	.LBB3_9
.LBB3_6:
	cmpq	400(%rsp), %r13
	movl	$0, %eax
	cmovlq	96(%rsp), %rax
	movq	%r13, %rcx
	sarq	$63, %rcx
	andnq	%rax, %rcx, %rax
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	leaq	288(%rsp), %rdi
	leaq	280(%rsp), %rsi
	movq	40(%rsp), %rdx
	movq	120(%rsp), %rcx
	movq	144(%rsp), %r8
	movq	128(%rsp), %r9
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	608(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	184(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	232(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	%r8
	.cfi_adjust_cfa_offset 8
	pushq	264(%rsp)
	.cfi_adjust_cfa_offset 8
	movabsq	$_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx, %rax
	vzeroupper
	callq	*%rax
	addq	$128, %rsp
	.cfi_adjust_cfa_offset -128
	testl	%eax, %eax
	je	.LBB3_8
	cmpl	$-2, %eax
	je	.LBB3_8
	jmp	.LBB3_25
.LBB3_5:
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	cmpq	$0, 488(%rsp)
	jg	.LBB3_24
	.p2align	4
.LBB3_9:
	cmpq	$0, 480(%rsp)
	jle	.LBB3_10
	cmpq	$0, 488(%rsp)
	movq	624(%rsp), %r10
	movq	8(%rsp), %r8
	jle	.LBB3_34
	xorl	%r13d, %r13d
	xorl	%eax, %eax
	jmp	.LBB3_29
	.p2align	4
.LBB3_33:
	movl	$1065353216, (%r10,%r15,4)
	leaq	1(%r15), %r8
	addq	80(%rsp), %r13
	movq	8(%rsp), %rax
	cmpq	%rax, 480(%rsp)
	je	.LBB3_2
.LBB3_29:
	incq	%rax
	movq	%rax, 8(%rsp)
	movq	488(%rsp), %rbp
	movq	%r13, %r12
	movq	%r8, %r15
	jmp	.LBB3_30
	.p2align	4
.LBB3_32:
	addq	%r14, %r15
	addq	%rbx, %r12
	decq	%rbp
	movq	624(%rsp), %r10
	je	.LBB3_33
.LBB3_30:
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	leaq	272(%rsp), %rdi
	leaq	264(%rsp), %rsi
	movq	544(%rsp), %rdx
	movq	552(%rsp), %rcx
	movq	560(%rsp), %r8
	movq	568(%rsp), %r9
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	%r10
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	664(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	672(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	672(%rsp)
	.cfi_adjust_cfa_offset 8
	pushq	672(%rsp)
	.cfi_adjust_cfa_offset 8
	movabsq	$_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx, %rax
	vzeroupper
	callq	*%rax
	addq	$112, %rsp
	.cfi_adjust_cfa_offset -112
	testl	%eax, %eax
	je	.LBB3_32
	cmpl	$-2, %eax
	je	.LBB3_32
	jmp	.LBB3_25
	.p2align	4
.LBB3_10:
	movq	472(%rsp), %rsi
	movq	(%rsp), %rdi
	movq	8(%rsp), %r8
	incq	%rdi
	cmpq	464(%rsp), %rdi
	jne	.LBB3_4
	jmp	.LBB3_11
.LBB3_34:
	cmpq	$32, 480(%rsp)
	movq	72(%rsp), %rdx
	jae	.LBB3_36
	xorl	%eax, %eax
	movq	472(%rsp), %rsi
	movq	(%rsp), %rdi
	jmp	.LBB3_39
.LBB3_36:
	movq	56(%rsp), %rax
	leaq	(%rax,%r8,4), %rax
	xorl	%ecx, %ecx
	vmovups	288(%rsp), %ymm0
	movq	472(%rsp), %rsi
	movq	(%rsp), %rdi
	.p2align	4
.LBB3_37:
	vmovups	%ymm0, -96(%rax,%rcx,4)
	vmovups	%ymm0, -64(%rax,%rcx,4)
	vmovups	%ymm0, -32(%rax,%rcx,4)
	vmovups	%ymm0, (%rax,%rcx,4)
	addq	$32, %rcx
	cmpq	%rcx, %rdx
	jne	.LBB3_37
	addq	%rdx, %r8
	movq	%rdx, %rax
	cmpq	%rdx, 480(%rsp)
	je	.LBB3_3
.LBB3_39:
	addq	64(%rsp), %rax
	.p2align	4
.LBB3_40:
	movl	$1065353216, (%r10,%r8,4)
	incq	%r8
	incq	%rax
	jne	.LBB3_40
.LBB3_3:
	incq	%rdi
	cmpq	464(%rsp), %rdi
	jne	.LBB3_4
	jmp	.LBB3_11
.LBB3_2:
	incq	%r15
	movq	%r15, %r8
	movq	472(%rsp), %rsi
	movq	(%rsp), %rdi
	incq	%rdi
	cmpq	464(%rsp), %rdi
	jne	.LBB3_4
.LBB3_11:
	movabsq	$NRT_decref, %rbx
	movq	32(%rsp), %rdi
	vzeroupper
	callq	*%rbx
	movq	536(%rsp), %rdi
	callq	*%rbx
	movq	592(%rsp), %rdi
	callq	*%rbx
	movq	88(%rsp), %rax
	movq	$0, (%rax)
	xorl	%eax, %eax
	jmp	.LBB3_26
.LBB3_25:
	movq	16(%rsp), %rcx
	movq	$0, (%rcx)
	jmp	.LBB3_26
.LBB3_1:
	movabsq	$.const.picklebuf.dc3bba832c4c3758273d0db24b835691af3f316c, %rax
	movq	16(%rsp), %rcx
	movq	%rax, (%rcx)
	movl	$1, %eax
.LBB3_26:
	addq	$328, %rsp
	.cfi_def_cfa_offset 56
	popq	%rbx
	.cfi_def_cfa_offset 48
	popq	%r12
	.cfi_def_cfa_offset 40
	popq	%r13
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	retq
.Lfunc_end3:
	.size	_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE, .Lfunc_end3-_ZN7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE
	.cfi_endproc

	.weak	NRT_incref
	.p2align	4
	.type	NRT_incref,@function
NRT_incref:
	testq	%rdi, %rdi
	je	.LBB4_2
	lock		incq	(%rdi)
.LBB4_2:
	retq
.Lfunc_end4:
	.size	NRT_incref, .Lfunc_end4-NRT_incref

	.weak	_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx
	.p2align	4
	.type	_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx,@function
_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	movq	%rdi, %rbx
	movq	160(%rsp), %rdx
	movq	152(%rsp), %r15
	movq	128(%rsp), %r12
	movq	80(%rsp), %r14
	testq	%rdx, %rdx
	jle	.LBB5_2
	leaq	(%r12,%r15,4), %rdi
	shlq	$2, %rdx
	movabsq	$memset, %rax
	xorl	%esi, %esi
	callq	*%rax
.LBB5_2:
	testq	%r14, %r14
	jle	.LBB5_22
	movq	88(%rsp), %rdx
	movq	72(%rsp), %rax
	movq	48(%rsp), %rcx
	leaq	(%rcx,%rax,4), %rsi
	leaq	(%r12,%r15,4), %rdi
	leaq	(%rdi,%rdx,4), %rdi
	cmpq	$4, %r14
	jb	.LBB5_4
	leaq	(%r15,%rdx), %r10
	movq	%r12, %r8
	subq	%rsi, %r8
	leaq	(%r8,%r10,4), %r8
	cmpq	$128, %r8
	jae	.LBB5_7
.LBB5_4:
	xorl	%r8d, %r8d
.LBB5_16:
	movl	%r14d, %r10d
	subl	%r8d, %r10d
	movq	%r8, %r9
	andl	$7, %r10d
	je	.LBB5_19
	movq	%r8, %r9
	.p2align	4
.LBB5_18:
	vmovss	(%rsi,%r9,4), %xmm0
	vmovss	%xmm0, (%rdi,%r9,4)
	incq	%r9
	decq	%r10
	jne	.LBB5_18
.LBB5_19:
	subq	%r14, %r8
	cmpq	$-8, %r8
	ja	.LBB5_22
	addq	%rdx, %r15
	leaq	28(%r12,%r15,4), %rdx
	leaq	28(%rcx,%rax,4), %rax
	.p2align	4
.LBB5_21:
	vmovss	-28(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -28(%rdx,%r9,4)
	vmovss	-24(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -24(%rdx,%r9,4)
	vmovss	-20(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -20(%rdx,%r9,4)
	vmovss	-16(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -16(%rdx,%r9,4)
	vmovss	-12(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -12(%rdx,%r9,4)
	vmovss	-8(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -8(%rdx,%r9,4)
	vmovss	-4(%rax,%r9,4), %xmm0
	vmovss	%xmm0, -4(%rdx,%r9,4)
	vmovss	(%rax,%r9,4), %xmm0
	vmovss	%xmm0, (%rdx,%r9,4)
	addq	$8, %r9
	cmpq	%r9, %r14
	jne	.LBB5_21
.LBB5_22:
	movq	$0, (%rbx)
	xorl	%eax, %eax
	popq	%rbx
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	vzeroupper
	retq
.LBB5_7:
	movabsq	$9223372036854775776, %r9
	cmpq	$32, %r14
	jae	.LBB5_9
	xorl	%r8d, %r8d
	jmp	.LBB5_13
.LBB5_9:
	shlq	$2, %r10
	leaq	(,%rax,4), %r11
	movq	%r14, %r8
	andq	%r9, %r8
	leaq	96(%r12,%r10), %r10
	leaq	96(%rcx,%r11), %r11
	xorl	%r13d, %r13d
	.p2align	4
.LBB5_10:
	vmovups	-96(%r11,%r13,4), %ymm0
	vmovups	-64(%r11,%r13,4), %ymm1
	vmovups	-32(%r11,%r13,4), %ymm2
	vmovups	(%r11,%r13,4), %ymm3
	vmovups	%ymm0, -96(%r10,%r13,4)
	vmovups	%ymm1, -64(%r10,%r13,4)
	vmovups	%ymm2, -32(%r10,%r13,4)
	vmovups	%ymm3, (%r10,%r13,4)
	addq	$32, %r13
	cmpq	%r13, %r8
	jne	.LBB5_10
	cmpq	%r8, %r14
	je	.LBB5_22
	testb	$28, %r14b
	je	.LBB5_16
.LBB5_13:
	movq	%r8, %r10
	addq	$28, %r9
	movq	%r9, %r8
	andq	%r14, %r8
	.p2align	4
.LBB5_14:
	vmovups	(%rsi,%r10,4), %xmm0
	vmovups	%xmm0, (%rdi,%r10,4)
	addq	$4, %r10
	cmpq	%r10, %r8
	jne	.LBB5_14
	cmpq	%r8, %r14
	je	.LBB5_22
	jmp	.LBB5_16
.Lfunc_end5:
	.size	_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx, .Lfunc_end5-_ZN7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx

	.weak	NRT_decref
	.p2align	4
	.type	NRT_decref,@function
NRT_decref:
	.cfi_startproc
	testq	%rdi, %rdi
	je	.LBB6_2
	#MEMBARRIER
	lock		decq	(%rdi)
	je	.LBB6_3
.LBB6_2:
	retq
.LBB6_3:
	#MEMBARRIER
	movabsq	$NRT_MemInfo_call_dtor, %rax
	jmpq	*%rax
.Lfunc_end6:
	.size	NRT_decref, .Lfunc_end6-NRT_decref
	.cfi_endproc

	.weak	_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx
	.p2align	4
	.type	_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx,@function
_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx:
	pushq	%rbx
	movq	112(%rsp), %rax
	leaq	15(%rax), %rcx
	movq	%rcx, %r9
	shrq	$4, %r9
	testq	%rax, %rax
	setle	%al
	testq	%r9, %r9
	sete	%dl
	orb	%al, %dl
	jne	.LBB7_5
	movq	104(%rsp), %rdx
	movq	80(%rsp), %rsi
	movq	40(%rsp), %r8
	movq	16(%rsp), %r10
	cmpq	$1, %r9
	jne	.LBB7_6
	xorl	%eax, %eax
	jmp	.LBB7_4
.LBB7_6:
	leaq	124(%r10,%r8,4), %r11
	leaq	124(%rsi,%rdx,4), %rbx
	andq	$-2, %r9
	negq	%r9
	xorl	%eax, %eax
	.p2align	4
.LBB7_7:
	vmovss	-124(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -124(%rbx,%rax,4)
	vmovss	-120(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -120(%rbx,%rax,4)
	vmovss	-116(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -116(%rbx,%rax,4)
	vmovss	-112(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -112(%rbx,%rax,4)
	vmovss	-108(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -108(%rbx,%rax,4)
	vmovss	-104(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -104(%rbx,%rax,4)
	vmovss	-100(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -100(%rbx,%rax,4)
	vmovss	-96(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -96(%rbx,%rax,4)
	vmovss	-92(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -92(%rbx,%rax,4)
	vmovss	-88(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -88(%rbx,%rax,4)
	vmovss	-84(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -84(%rbx,%rax,4)
	vmovss	-80(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -80(%rbx,%rax,4)
	vmovss	-76(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -76(%rbx,%rax,4)
	vmovss	-72(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -72(%rbx,%rax,4)
	vmovss	-68(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -68(%rbx,%rax,4)
	vmovss	-64(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -64(%rbx,%rax,4)
	vmovss	-60(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -60(%rbx,%rax,4)
	vmovss	-56(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -56(%rbx,%rax,4)
	vmovss	-52(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -52(%rbx,%rax,4)
	vmovss	-48(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -48(%rbx,%rax,4)
	vmovss	-44(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -44(%rbx,%rax,4)
	vmovss	-40(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -40(%rbx,%rax,4)
	vmovss	-36(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -36(%rbx,%rax,4)
	vmovss	-32(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -32(%rbx,%rax,4)
	vmovss	-28(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -28(%rbx,%rax,4)
	vmovss	-24(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -24(%rbx,%rax,4)
	vmovss	-20(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -20(%rbx,%rax,4)
	vmovss	-16(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -16(%rbx,%rax,4)
	vmovss	-12(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -12(%rbx,%rax,4)
	vmovss	-8(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -8(%rbx,%rax,4)
	vmovss	-4(%r11,%rax,4), %xmm0
	vmovss	%xmm0, -4(%rbx,%rax,4)
	vmovss	(%r11,%rax,4), %xmm0
	vmovss	%xmm0, (%rbx,%rax,4)
	addq	$32, %rax
	addq	$2, %r9
	jne	.LBB7_7
	testb	$16, %cl
	je	.LBB7_5
.LBB7_4:
	leaq	(%r10,%r8,4), %rcx
	leaq	(%rsi,%rdx,4), %rdx
	vmovss	(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, (%rdx,%rax,4)
	vmovss	4(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 4(%rdx,%rax,4)
	vmovss	8(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 8(%rdx,%rax,4)
	vmovss	12(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 12(%rdx,%rax,4)
	vmovss	16(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 16(%rdx,%rax,4)
	vmovss	20(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 20(%rdx,%rax,4)
	vmovss	24(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 24(%rdx,%rax,4)
	vmovss	28(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 28(%rdx,%rax,4)
	vmovss	32(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 32(%rdx,%rax,4)
	vmovss	36(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 36(%rdx,%rax,4)
	vmovss	40(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 40(%rdx,%rax,4)
	vmovss	44(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 44(%rdx,%rax,4)
	vmovss	48(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 48(%rdx,%rax,4)
	vmovss	52(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 52(%rdx,%rax,4)
	vmovss	56(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 56(%rdx,%rax,4)
	vmovss	60(%rcx,%rax,4), %xmm0
	vmovss	%xmm0, 60(%rdx,%rax,4)
.LBB7_5:
	movq	$0, (%rdi)
	xorl	%eax, %eax
	popq	%rbx
	retq
.Lfunc_end7:
	.size	_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx, .Lfunc_end7-_ZN7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx

	.type	.const.rep,@object
	.section	.lrodata,"al",@progbits
.const.rep:
	.asciz	"rep"
	.size	.const.rep, 4

	.type	_ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@object
	.comm	_ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,8,8
	.type	".const.missing Environment: _ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE",@object
	.p2align	4, 0x0
".const.missing Environment: _ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE":
	.asciz	"missing Environment: _ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE"
	.size	".const.missing Environment: _ZN08NumbaEnv8__main__3repB2v1B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dEx5ArrayIfLi4E1C7mutable7alignedEx8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE", 285

	.type	".const.can't unbox array from PyObject into native value.  The object maybe of a different type",@object
	.p2align	4, 0x0
".const.can't unbox array from PyObject into native value.  The object maybe of a different type":
	.asciz	"can't unbox array from PyObject into native value.  The object maybe of a different type"
	.size	".const.can't unbox array from PyObject into native value.  The object maybe of a different type", 89

	.type	".const.size mismatch for tuple, expected 4 element(s) but got %zd",@object
	.p2align	4, 0x0
".const.size mismatch for tuple, expected 4 element(s) but got %zd":
	.asciz	"size mismatch for tuple, expected 4 element(s) but got %zd"
	.size	".const.size mismatch for tuple, expected 4 element(s) but got %zd", 59

	.type	".const.size mismatch for tuple, expected 2 element(s) but got %zd",@object
	.p2align	4, 0x0
".const.size mismatch for tuple, expected 2 element(s) but got %zd":
	.asciz	"size mismatch for tuple, expected 2 element(s) but got %zd"
	.size	".const.size mismatch for tuple, expected 2 element(s) but got %zd", 59

	.type	".const.Error creating Python tuple from runtime exception arguments",@object
	.p2align	4, 0x0
".const.Error creating Python tuple from runtime exception arguments":
	.asciz	"Error creating Python tuple from runtime exception arguments"
	.size	".const.Error creating Python tuple from runtime exception arguments", 61

	.type	".const.unknown error when calling native function",@object
	.p2align	4, 0x0
".const.unknown error when calling native function":
	.asciz	"unknown error when calling native function"
	.size	".const.unknown error when calling native function", 43

	.type	".const.Error creating Python tuple from runtime exception arguments.1",@object
	.p2align	4, 0x0
".const.Error creating Python tuple from runtime exception arguments.1":
	.asciz	"Error creating Python tuple from runtime exception arguments"
	.size	".const.Error creating Python tuple from runtime exception arguments.1", 61

	.type	".const.unknown error when calling native function.2",@object
	.p2align	4, 0x0
".const.unknown error when calling native function.2":
	.asciz	"unknown error when calling native function"
	.size	".const.unknown error when calling native function.2", 43

	.type	".const.<numba.core.cpu.CPUContext>",@object
	.p2align	4, 0x0
".const.<numba.core.cpu.CPUContext>":
	.asciz	"<numba.core.cpu.CPUContext>"
	.size	".const.<numba.core.cpu.CPUContext>", 28

	.type	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c,@object
	.p2align	4, 0x0
.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c:
	.ascii	"\200\004\225H\000\000\000\000\000\000\000\214\bbuiltins\224\214\023NotImplementedError\224\223\224\214\034incompatible shape for array\224\205\224N\207\224."
	.size	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c, 83

	.type	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c.sha1,@object
	.p2align	4, 0x0
.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c.sha1:
	.ascii	"\334;\272\203,L7X'=\r\262K\203V\221\257?1l"
	.size	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c.sha1, 20

	.type	.const.picklebuf.dc3bba832c4c3758273d0db24b835691af3f316c,@object
	.p2align	4, 0x0
.const.picklebuf.dc3bba832c4c3758273d0db24b835691af3f316c:
	.quad	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c
	.long	83
	.zero	4
	.quad	.const.pickledata.dc3bba832c4c3758273d0db24b835691af3f316c.sha1
	.quad	0
	.long	0
	.zero	4
	.size	.const.picklebuf.dc3bba832c4c3758273d0db24b835691af3f316c, 40

	.type	_ZN08NumbaEnv7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,@object
	.comm	_ZN08NumbaEnv7minicnn7kernels6conv2d12fill_columnsB2v2B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi4E1C7mutable7alignedE23Literal_5bint_5d_280_29x8UniTupleIxLi4EE8UniTupleIxLi2EE8UniTupleIxLi2EE5ArrayIfLi1E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedE,8,8
	.type	_ZN08NumbaEnv5numba2np8arrayobj23normalize_reshape_valueB2v7B42c8tJTC_2fWQA93W1AaAIYBPIqRBFCjDSZRVAJmaQIAEy5ArrayIxLi1E1C7mutable7alignedE,@object
	.comm	_ZN08NumbaEnv5numba2np8arrayobj23normalize_reshape_valueB2v7B42c8tJTC_2fWQA93W1AaAIYBPIqRBFCjDSZRVAJmaQIAEy5ArrayIxLi1E1C7mutable7alignedE,8,8
	.type	_ZN08NumbaEnv5numba7cpython8builtins6ol_min12_3clocals_3e4implB2v3B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDAxYh_2bqJnA4AOzNAE_3dE15StarArgUniTupleIxLi2EE,@object
	.comm	_ZN08NumbaEnv5numba7cpython8builtins6ol_min12_3clocals_3e4implB2v3B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDAxYh_2bqJnA4AOzNAE_3dE15StarArgUniTupleIxLi2EE,8,8
	.type	_ZN08NumbaEnv7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx,@object
	.comm	_ZN08NumbaEnv7minicnn7kernels6conv2d8_pad_rowB2v4B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedExxx5ArrayIfLi1E1C7mutable7alignedExx,8,8
	.type	_ZN08NumbaEnv7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx,@object
	.comm	_ZN08NumbaEnv7minicnn7kernels6conv2d12_copy_chunksB2v6B86c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1erJ_2bXklRYnJJeq1msDALYIZgpSqwCKaAA_3d_3dE5ArrayIfLi1E1C7mutable7alignedEx5ArrayIfLi1E1C7mutable7alignedExx,8,8
	.section	".note.GNU-stack","",@progbits
