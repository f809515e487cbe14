//! Thin bindings for the browser: proofreading on the desk (feature `desk`) and due lists on the phone (feature `phone`), so that
//! neither a text nor a village's records leave the machine.
//!
//! Plain exports over linear memory, no generated glue: the page asks for room ([`allocate`]), writes the bytes there, calls an
//! export and reads the answer's JSON, which it gives back ([`release`]). What each export takes and answers stands in [`desk`]
//! and [`phone`]. What may not come in: logic, the packs' parser, the store; `unsafe` outside this file.

#[cfg(feature = "desk")]
pub mod desk;
mod json;
#[cfg(feature = "phone")]
pub mod phone;

/// Room for `length` bytes; the page writes there and hands the place to an export, which takes it back.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Gives back what [`allocate`] or an export handed out.
///
/// # Safety
///
/// `place` and `length` are those that were handed out, and are given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(place: *mut u8, length: usize) {
    // SAFETY: the caller hands back exactly one boxed slice that `allocate` or an export leaked.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) });
}

/// Answers bytes and releases them. The answer's place is in the upper half of the result, its length in the lower half.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
unsafe fn answered(place: *mut u8, length: usize, answer: impl FnOnce(&[u8]) -> String) -> u64 {
    // SAFETY: as above: one boxed slice from `allocate`, handed over for good.
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) };
    let answer = answer(&bytes).into_bytes().into_boxed_slice();
    let length = answer.len() as u64;
    let place = Box::into_raw(answer).cast::<u8>() as usize as u64;
    (place << 32) | length
}

/// [`desk::answer`] over linear memory.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[cfg(feature = "desk")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn proofread(place: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is the same.
    unsafe { answered(place, length, desk::answer) }
}

/// [`desk::page`] over linear memory.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[cfg(feature = "desk")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn proofread_page(place: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is the same.
    unsafe { answered(place, length, desk::page) }
}

/// [`phone::load_programme`] over linear memory.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[cfg(feature = "phone")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load_programme(place: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is the same.
    unsafe { answered(place, length, phone::load_programme) }
}

/// [`phone::load_village`] over linear memory.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[cfg(feature = "phone")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load_village(place: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is the same.
    unsafe { answered(place, length, phone::load_village) }
}

/// [`phone::due`] over linear memory.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[cfg(feature = "phone")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn due(place: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's promise is the same.
    unsafe { answered(place, length, phone::due) }
}
