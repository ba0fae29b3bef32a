//! The encodings of arithmetic on single floats and doubles. Half precision (`ftype` 3) is an extension.

use super::encoding::{Encoding, base};

/// Encodings that a stencil may contain.
pub(super) const LISTED: &[Encoding] = &[
    // To and from integers.
    base(0x7fa6_fc00, 0x1e20_0000, "fcvtns, fcvtnu, fcvtps, fcvtpu, fcvtms, fcvtmu, fcvtzs, fcvtzu"),
    base(0x7fbe_fc00, 0x1e22_0000, "scvtf, ucvtf"),
    base(0x7fbe_fc00, 0x1e24_0000, "fcvtas, fcvtau"),
    base(0xfffe_fc00, 0x1e26_0000, "fmov between w and s"),
    base(0xfffe_fc00, 0x9e66_0000, "fmov between x and d"),
    base(0xfffe_fc00, 0x9eae_0000, "fmov between x and the upper half of a vector"),
    // To and from fixed point.
    base(0xffbe_8000, 0x1e02_8000, "scvtf, ucvtf of fixed point, 32 bits"),
    base(0xffbe_0000, 0x9e02_0000, "scvtf, ucvtf of fixed point, 64 bits"),
    base(0xffbe_8000, 0x1e18_8000, "fcvtzs, fcvtzu to fixed point, 32 bits"),
    base(0xffbe_0000, 0x9e18_0000, "fcvtzs, fcvtzu to fixed point, 64 bits"),
    // One source.
    base(0xffbe_7c00, 0x1e20_4000, "fmov, fabs, fneg, fsqrt"),
    base(0xffff_fc00, 0x1e22_c000, "fcvt of a float to a double"),
    base(0xffff_fc00, 0x1e62_4000, "fcvt of a double to a float"),
    base(0xffbe_7c00, 0x1e24_4000, "frintn, frintp, frintm, frintz"),
    base(0xffbf_fc00, 0x1e26_4000, "frinta"),
    base(0xffbf_7c00, 0x1e27_4000, "frintx, frinti"),
    // Comparisons and choices.
    base(0xffa0_fc0f, 0x1e20_2000, "fcmp, fcmpe"),
    base(0xffbf_fc0f, 0x1e20_2008, "fcmp, fcmpe with zero"),
    base(0xffa0_0c00, 0x1e20_0400, "fccmp, fccmpe"),
    base(0xffa0_0c00, 0x1e20_0c00, "fcsel"),
    base(0xffa0_1fe0, 0x1e20_1000, "fmov of an immediate"),
    // Two and three sources.
    base(0xffa0_8c00, 0x1e20_0800, "fmul, fdiv, fadd, fsub, fmax, fmin, fmaxnm, fminnm"),
    base(0xffa0_fc00, 0x1e20_8800, "fnmul"),
    base(0xff80_0000, 0x1f00_0000, "fmadd, fmsub, fnmadd, fnmsub"),
];
