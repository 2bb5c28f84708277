/* xrt-plugin.cpp - the plug-in: XRT behind the table of xrt-plugin.h
 *
 * The only C++ of the program, since XRT's way to an NPU has no other. Each function of the table is one lambda within guard(), which turns whatever is
 * thrown into a code and a message.
 *
 * One device, one hardware context and a kernel for each program live as long as the array. So do runs, one for each stream of a submission: their arguments stay
 * bound, and only those that differ from the last time's are set anew: a step that follows a step sets none. A stream that is alone is started; several are put in
 * a list, which the driver hands over as one command. After a failure runs are made anew.
 *
 * Kernel arguments: opcode at 0, instructions at 1, their number of words at 2, buffers from 3 on. Opcode 3 is a transaction, which the firmware
 * interprets. Source: XRT's headers, mlir-aie's test library (test_utils.cpp), AMD's shim (xdna-driver, src/shim).
 *
 * SPDX-License-Identifier: MIT
 */
#include "xrt-plugin.h"

#include <xrt/experimental/xrt_ini.h>
#include <xrt/experimental/xrt_kernel.h>
#include <xrt/experimental/xrt_xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_hw_context.h>
#include <xrt/xrt_kernel.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <vector>

namespace {

constexpr uint64_t opcode_transaction = 3;
constexpr int argument_opcode = 0, argument_instructions = 1, argument_n_words = 2, argument_first = 3;
constexpr uint32_t high_priority = 0x180; /* of the driver's four: a person waits for what is computed here */

/* Which of an array's steps something was thrown in: XRT gives the same errno for many things. */
enum class Step
{
  device,
  overlay,
  context,
  buffer,
  run,
  other
};

/* A run that is kept, and the ids of its arguments; 0: none */
struct Bound
{
  unsigned program;
  xrt::run run;
  uint64_t instructions = 0;
  std::array<uint64_t, SCRIBE_XRT_MAX_BUFFERS> buffers{};
};

} // namespace

struct ScribeXrtBuffer
{
  xrt::bo bo;
  uint64_t id; /* from 1 on; no other buffer of the array has had it, and an address may come again */
};

struct ScribeXrtArray
{
  xrt::device device;
  xrt::hw_context context;
  std::vector<xrt::kernel> kernels; /* by program */
  std::vector<Bound> runs;          /* by their place in a submission */
  xrt::runlist list;
  uint64_t n_buffers = 0; /* made so far */
  std::string name;
};

namespace {

ScribeXrtCode
fail (ScribeXrtTrouble *trouble, ScribeXrtCode code, int system, const char *what)
{
  trouble->code = code;
  trouble->system = system;
  std::snprintf (trouble->message, sizeof trouble->message, "%s", what);
  for (char *c = trouble->message; *c != '\0'; c++)
    if (static_cast<unsigned char> (*c) < ' ')
      *c = ' ';
  return code;
}

ScribeXrtCode
code_of (Step step, int system)
{
  switch (system)
    {
    case EACCES:
    case EPERM:
      return SCRIBE_XRT_PERMISSION;
    case ENOMEM:
    case EAGAIN: /* what mmap() says when memory may not be locked */
      return SCRIBE_XRT_MEMLOCK;
    case ENODEV:
    case ENXIO:
    case EIO:
      return step == Step::device ? SCRIBE_XRT_NO_DEVICE : SCRIBE_XRT_LOST;
    default:
      break;
    }
  switch (step)
    {
    case Step::device:
      return SCRIBE_XRT_NO_DEVICE;
    case Step::overlay:
      return SCRIBE_XRT_OVERLAY;
    case Step::context:
      return system == EINVAL || system == EBUSY || system == ENOSPC ? SCRIBE_XRT_BUSY : SCRIBE_XRT_OVERLAY;
    case Step::run:
      return SCRIBE_XRT_FAILED;
    default:
      return SCRIBE_XRT_OTHER;
    }
}

ScribeXrtCode
code_of (ert_cmd_state state)
{
  switch (state)
    {
    case ERT_CMD_STATE_TIMEOUT:
      return SCRIBE_XRT_TIMEOUT;
    case ERT_CMD_STATE_ABORT:
      return SCRIBE_XRT_ABORTED;
    case ERT_CMD_STATE_NORESPONSE:
      return SCRIBE_XRT_LOST;
    default:
      return SCRIBE_XRT_FAILED;
    }
}

/* Making a context is two calls of the driver, and only the words tell which it was: the second gives the overlay to the firmware. */
bool
is_refused_overlay (const std::system_error &error)
{
  return std::strstr (error.what (), "CONFIG_HWCTX") != nullptr && error.code ().value () == EINVAL;
}

/* Does it; what is thrown on the way comes out as a code. "step" is kept up to date by what is done. */
template <typename Function>
ScribeXrtCode
guard (ScribeXrtTrouble *trouble, const Step &step, Function function) noexcept
{
  try
    {
      return function ();
  } catch (const xrt::run::command_error &error)
    {
      return fail (trouble, code_of (error.get_command_state ()), 0, error.what ());
  } catch (const xrt::runlist::command_error &error)
    {
      return fail (trouble, code_of (error.get_command_state ()), 0, error.what ());
  } catch (const std::system_error &error)
    {
      return fail (trouble, is_refused_overlay (error) ? SCRIBE_XRT_OVERLAY : code_of (step, error.code ().value ()),
                   error.code ().value (), error.what ());
  } catch (const std::bad_alloc &error)
    {
      return fail (trouble, SCRIBE_XRT_MEMLOCK, ENOMEM, error.what ());
  } catch (const std::exception &error)
    {
      return fail (trouble, code_of (step, 0), 0, error.what ());
  } catch (...)
    {
      return fail (trouble, SCRIBE_XRT_OTHER, 0, "something else than an exception of the standard library was thrown");
  }
}

/* What is let go of may find that the device is gone: there is nobody to tell. */
template <typename Function>
void
quietly (Function function) noexcept
{
  try
    {
      function ();
  } catch (...)
    {
  }
}

/* XRT writes warnings to the standard error of a program that has its own way to tell. It lets itself be told so before it has looked. AMD's library writes to
 * C++'s standard output, between a transcript's lines, and of a device that is gone a line for each buffer; nobody else here writes there. */
void
silence ()
{
  quietly ([] { xrt::ini::set ("Runtime.runtime_log", "null"); });
  std::cout.rdbuf (nullptr);
}

/* Asks the driver for its clocks; an NPU that sleeps wakes. */
void
ask (const ScribeXrtArray *array)
{
  array->device.get_info<xrt::info::device::platform> ();
}

ScribeXrtCode
plugin_open (const char *xclbin,
             const char *const *programs,
             size_t n_programs,
             ScribeXrtArray **array,
             ScribeXrtTrouble *trouble)
{
  Step step = Step::device;

  return guard (trouble, step, [&] {
    auto made = std::make_unique<ScribeXrtArray> ();

    silence ();
    made->device = xrt::device{ 0u };
    step = Step::overlay;
    const xrt::xclbin overlay{ std::string{ xclbin } };
    made->device.register_xclbin (overlay);
    step = Step::context;
    made->context = xrt::hw_context{ made->device, overlay.get_uuid (),
                                     xrt::hw_context::cfg_param_type{ { "priority", high_priority } } };
    step = Step::overlay;
    for (size_t i = 0; i < n_programs; i++)
      made->kernels.emplace_back (made->context, programs[i]);
    made->list = xrt::runlist{ made->context };
    quietly ([&] { made->name = made->device.get_info<xrt::info::device::name> (); });
    *array = made.release ();
    return SCRIBE_XRT_OK;
  });
}

void
plugin_close (ScribeXrtArray *array)
{
  quietly ([&] { delete array; });
}

const char *
plugin_name (ScribeXrtArray *array)
{
  return array->name.c_str ();
}

/* A run on a device that vanishes ends as one that the firmware aborts. */
bool
is_lost (const ScribeXrtArray *array) noexcept
{
  try
    {
      ask (array);
  } catch (const std::system_error &error)
    {
      return error.code ().value () == ENODEV;
  } catch (...)
    {
  }
  return false;
}

ScribeXrtCode
plugin_wake (ScribeXrtArray *array, ScribeXrtTrouble *trouble)
{
  return guard (trouble, Step::other, [&] {
    ask (array);
    return SCRIBE_XRT_OK;
  });
}

ScribeXrtCode
plugin_buffer_new (ScribeXrtArray *array,
                   ScribeXrtMemory memory,
                   size_t n,
                   ScribeXrtBuffer **buffer,
                   void **data,
                   ScribeXrtTrouble *trouble)
{
  return guard (trouble, Step::buffer, [&] {
    const bool is_code = memory == SCRIBE_XRT_INSTRUCTIONS;
    auto made = std::make_unique<ScribeXrtBuffer> ();

    const auto group = static_cast<xrt::memory_group> (
        array->kernels.front ().group_id (is_code ? argument_instructions : argument_first));

    made->bo = xrt::bo{ array->device, n, is_code ? xrt::bo::flags::cacheable : xrt::bo::flags::host_only, group };
    made->id = ++array->n_buffers;
    *data = made->bo.map<void *> ();
    std::memset (*data, 0, n);
    made->bo.sync (XCL_BO_SYNC_BO_TO_DEVICE, n, 0);
    *buffer = made.release ();
    return SCRIBE_XRT_OK;
  });
}

void
plugin_buffer_free (ScribeXrtBuffer *buffer)
{
  quietly ([&] { delete buffer; });
}

ScribeXrtCode
plugin_sync (ScribeXrtBuffer *buffer, ScribeXrtDirection to, size_t offset, size_t n, ScribeXrtTrouble *trouble)
{
  return guard (trouble, Step::run, [&] {
    buffer->bo.sync (to == SCRIBE_XRT_TO_DEVICE ? XCL_BO_SYNC_BO_TO_DEVICE : XCL_BO_SYNC_BO_FROM_DEVICE, n, offset);
    return SCRIBE_XRT_OK;
  });
}

/* The run at this place, of this program's kernel */
Bound &
run_at (ScribeXrtArray *array, size_t place, unsigned program)
{
  auto &runs = array->runs;

  if (place == runs.size ())
    runs.push_back ({ program, {} });
  if (!runs[place].run || runs[place].program != program)
    {
      runs[place] = { program, xrt::run{ array->kernels.at (program) } };
      runs[place].run.set_arg (argument_opcode, opcode_transaction);
    }
  return runs[place];
}

/* What a stream is, and the buffers, are the run's arguments from now on. */
void
bind (Bound &bound, const ScribeXrtStream &stream, ScribeXrtBuffer *const *buffers, size_t n_buffers)
{
  if (bound.instructions != stream.instructions->id)
    bound.run.set_arg (argument_instructions, stream.instructions->bo);
  bound.instructions = stream.instructions->id;
  for (size_t i = 0; i < n_buffers; i++)
    {
      if (bound.buffers[i] != buffers[i]->id)
        bound.run.set_arg (argument_first + static_cast<int> (i), buffers[i]->bo);
      bound.buffers[i] = buffers[i]->id;
    }
  bound.run.set_arg (argument_n_words, static_cast<uint32_t> (stream.n_words));
}

double
seconds_since (std::chrono::steady_clock::time_point start)
{
  return std::chrono::duration<double> (std::chrono::steady_clock::now () - start).count ();
}

/* The first runs are started: the one, or as a list. */
void
start (ScribeXrtArray *array, size_t n_runs)
{
  if (n_runs == 1)
    {
      array->runs.front ().run.start ();
      return;
    }
  for (size_t i = 0; i < n_runs; i++)
    array->list.add (array->runs[i].run);
  array->list.execute ();
}

/* In a list a run may not be started alone, so it does not stay there. */
std::cv_status
wait (ScribeXrtArray *array, size_t n_runs, std::chrono::milliseconds patience)
{
  if (n_runs == 1)
    return array->runs.front ().run.wait2 (patience);

  const std::cv_status status = array->list.wait (patience);

  if (status == std::cv_status::no_timeout)
    array->list.reset ();
  return status;
}

/* Of runs that were started: they have not ended in any way. */
bool
is_in_progress (const ScribeXrtArray *array, size_t n_runs) noexcept
{
  bool in_progress = false;

  quietly ([&] {
    const ert_cmd_state state = n_runs == 1 ? array->runs.front ().run.state () : array->list.state ();

    in_progress = state < ERT_CMD_STATE_COMPLETED;
  });
  return in_progress;
}

/* Runs that failed are made anew. AMD's library takes the end of a wait for the end of a run; and XRT ends the whole program when a run is let go of that is in
 * progress. So those that not even the driver ends are kept for as long as the program lives. */
void
forget_runs (ScribeXrtArray *array, bool are_in_progress)
{
  if (are_in_progress)
    quietly ([&] {
      new xrt::runlist{ array->list };
      new std::vector<Bound>{ array->runs };
    });
  quietly ([&] {
    array->runs.clear ();
    array->list = xrt::runlist{ array->context };
  });
}

ScribeXrtCode
plugin_run (ScribeXrtArray *array,
            const ScribeXrtStream *streams,
            size_t n_streams,
            ScribeXrtBuffer *const *buffers,
            size_t n_buffers,
            unsigned timeout,
            ScribeXrtTimes *times,
            ScribeXrtTrouble *trouble)
{
  bool is_started = false;
  ScribeXrtCode code = guard (trouble, Step::run, [&] {
    const auto begin = std::chrono::steady_clock::now ();

    for (size_t i = 0; i < n_streams; i++)
      bind (run_at (array, i, streams[i].program), streams[i], buffers, n_buffers);
    start (array, n_streams);
    is_started = true;

    const double submit = seconds_since (begin);

    if (wait (array, n_streams, std::chrono::milliseconds{ timeout }) == std::cv_status::timeout)
      return fail (trouble, SCRIBE_XRT_TIMEOUT, ETIMEDOUT, "the driver has not ended the run either");
    if (times != nullptr)
      *times = ScribeXrtTimes{ submit, seconds_since (begin) - submit };
    return SCRIBE_XRT_OK;
  });

  if (code == SCRIBE_XRT_ABORTED && is_lost (array))
    trouble->code = code = SCRIBE_XRT_LOST;
  if (code == SCRIBE_XRT_OK)
    return code;

  const bool are_in_progress = is_started && is_in_progress (array, n_streams);

  if (are_in_progress)
    trouble->code = code = SCRIBE_XRT_TIMEOUT;
  forget_runs (array, are_in_progress);
  return code;
}

const ScribeXrtPlugin plugin = {
  SCRIBE_XRT_ABI,    plugin_open,        plugin_close, plugin_name, plugin_wake,
  plugin_buffer_new, plugin_buffer_free, plugin_sync,  plugin_run,
};

} // namespace

extern "C" __attribute__ ((visibility ("default"))) const ScribeXrtPlugin *
scribe_xrt_plugin (void)
{
  return &plugin;
}
