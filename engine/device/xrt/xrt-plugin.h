/* xrt-plugin.h - the array of a real NPU, as a plug-in gives it
 *
 * XRT's way to an NPU is C++ only, and not every machine has XRT. So all of it is behind this header, in a shared object that is opened with dlopen() and has one
 * symbol, SCRIBE_XRT_SYMBOL: a function that returns a table. Whatever has the same table can stand in its place: the tests have one that hands
 * everything to the emulator.
 *
 *   open      device 0, the overlay in it, one hardware context that is kept; in it a kernel for each program of the cores
 *   buffer    memory that host and array see, mapped; what one has written the other sees after sync() only
 *   run       instruction streams over some buffers, each by its kernel, from start to end
 *   close     after all buffers were freed
 *
 * Every function that can fail returns a code and fills "trouble"; no exception comes out of it. Nothing is translated here: the message is XRT's own
 * words, for reports, and the sentences for people are made by who calls.
 *
 * After SCRIBE_XRT_TIMEOUT, _ABORTED, _FAILED or _LOST of a run what it was to write is undefined, and the array is to be closed: the driver has reset it, or it
 * is gone. An array and its buffers are used by one thread at a time; two arrays do not know of each other.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCRIBE_XRT_ABI         2 /* counts up when anything below changes */
#define SCRIBE_XRT_SYMBOL      "scribe_xrt_plugin"
#define SCRIBE_XRT_MAX_BUFFERS 7 /* of a run: what the driver's command has room for */

typedef enum
{
  SCRIBE_XRT_OK,
  SCRIBE_XRT_NO_DEVICE,  /* XRT knows of no NPU: there is none, or its driver or XRT's package for it is not there */
  SCRIBE_XRT_PERMISSION, /* the device file may not be opened */
  SCRIBE_XRT_MEMLOCK,    /* memory could not be locked, or there is too little of it */
  SCRIBE_XRT_OVERLAY,    /* the overlay's file cannot be read, or is for another device */
  SCRIBE_XRT_BUSY,       /* no hardware context is left */
  SCRIBE_XRT_TIMEOUT,    /* a run did not end in time */
  SCRIBE_XRT_ABORTED,    /* a run was ended by the driver or the firmware */
  SCRIBE_XRT_FAILED,     /* a run ended with an error */
  SCRIBE_XRT_LOST,       /* the device does not answer any more */
  SCRIBE_XRT_OTHER       /* what XRT threw is in the message */
} ScribeXrtCode;

typedef struct
{
  ScribeXrtCode code;
  int system;        /* errno, where it is known; else 0 */
  char message[512]; /* XRT's words, in one line, cut if need be */
} ScribeXrtTrouble;

typedef enum
{
  SCRIBE_XRT_INSTRUCTIONS, /* cacheable, in the device's own heap of 64 MiB */
  SCRIBE_XRT_DATA          /* the host's memory */
} ScribeXrtMemory;

typedef enum
{
  SCRIBE_XRT_TO_DEVICE,  /* the host has written */
  SCRIBE_XRT_FROM_DEVICE /* the host is about to read */
} ScribeXrtDirection;

/* Seconds by the host's clock: until the run was handed over, and from then until its end was seen. */
typedef struct
{
  double submit, wait;
} ScribeXrtTimes;

typedef struct ScribeXrtArray ScribeXrtArray;
typedef struct ScribeXrtBuffer ScribeXrtBuffer;

/* A transaction of n_words 32-bit words at the head of "instructions", which are of this stream only. */
typedef struct
{
  unsigned program; /* its place among those that the array was opened with */
  ScribeXrtBuffer *instructions;
  size_t n_words;
} ScribeXrtStream;

typedef struct
{
  uint32_t abi; /* SCRIBE_XRT_ABI; nothing else is looked at where it differs */

  /* programs: the names that their kernels have in the overlay's file. */
  ScribeXrtCode (*open) (const char *xclbin,
                         const char *const *programs,
                         size_t n_programs,
                         ScribeXrtArray **array,
                         ScribeXrtTrouble *trouble);
  void (*close) (ScribeXrtArray *array); /* NULL: nothing to do */

  /* What the device calls itself, in one line; empty where it does not say. Lives as long as the array. */
  const char *(*name) (ScribeXrtArray *array);

  /* Ends the NPU's sleep, so that the next run need not wait for it. Takes a tenth of a second if it slept. */
  ScribeXrtCode (*wake) (ScribeXrtArray *array, ScribeXrtTrouble *trouble);

  /* n > 0 bytes, all zero on both sides, and where they are mapped, aligned to a page. */
  ScribeXrtCode (*buffer_new) (ScribeXrtArray *array,
                               ScribeXrtMemory memory,
                               size_t n,
                               ScribeXrtBuffer **buffer,
                               void **data,
                               ScribeXrtTrouble *trouble);
  void (*buffer_free) (ScribeXrtBuffer *buffer); /* NULL: nothing to do */

  /* n > 0 bytes from "offset" on. */
  ScribeXrtCode (*sync) (ScribeXrtBuffer *buffer, ScribeXrtDirection to, size_t offset, size_t n, ScribeXrtTrouble *trouble);

  /* Runs n_streams > 0 streams, one after another, over arguments 0 .. n_buffers - 1: one submission. Where a stream's program is not that of the
   * one before it, the firmware changes it. timeout: in milliseconds, longer than the driver's own 2 s, which then ends a run that hangs. "times"
   * may be NULL. */
  ScribeXrtCode (*run) (ScribeXrtArray *array,
                        const ScribeXrtStream *streams,
                        size_t n_streams,
                        ScribeXrtBuffer *const *buffers,
                        size_t n_buffers,
                        unsigned timeout,
                        ScribeXrtTimes *times,
                        ScribeXrtTrouble *trouble);
} ScribeXrtPlugin;

typedef const ScribeXrtPlugin *(*ScribeXrtPluginFunc) (void);

const ScribeXrtPlugin *scribe_xrt_plugin (void);

#ifdef __cplusplus
}
#endif
