// EXPECT_ERROR(statement, kind, words): the statement throws Error of that kind and its message holds the
// words.
#pragma once

#include <gmock/gmock.h>

#include "spectradiff/base/error.h"

#define EXPECT_ERROR(statement, expected_kind, words)           \
  do {                                                          \
    try {                                                       \
      (void)(statement);                                        \
      ADD_FAILURE() << #statement " threw nothing";             \
    } catch (const spectradiff::Error& thrown) {                \
      EXPECT_EQ(thrown.kind(), expected_kind) << thrown.what(); \
      EXPECT_THAT(thrown.what(), ::testing::HasSubstr(words));  \
    }                                                           \
  } while (false)
