#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define ONEFOLD_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ONEFOLD_SANITIZED true
#endif
#endif
#ifndef ONEFOLD_SANITIZED
#define ONEFOLD_SANITIZED false
#endif

/// Whether sanitizers watch: they take memory for themselves, and computing takes many times as long.
inline constexpr bool kSanitized = ONEFOLD_SANITIZED;

/// How often a test repeats what differs in its numbers alone, and takes the same path: with sanitizers a tenth.
constexpr int repeats(int count) { return kSanitized ? (count + 9) / 10 : count; }
