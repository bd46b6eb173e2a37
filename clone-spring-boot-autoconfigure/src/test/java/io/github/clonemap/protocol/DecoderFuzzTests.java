package io.github.clonemap.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.Jazzer;
import io.github.clonemap.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A coverage-guided fuzzer against all decoders, in a process of its own, which begins
 * with the seeds in {@code src/test/resources/fuzz}: one of each message.
 */
class DecoderFuzzTests {

	private static final Path SEEDS = Path.of("src/test/resources/fuzz");

	private static final int SECONDS = Integer.getInteger("clone.test.fuzz-seconds", 5);

	@TempDir
	private Path directory;

	@Test
	void whateverTheFuzzerFindsIsAMessageOrMalformed() throws Exception {
		Path corpus = Files.createDirectory(this.directory.resolve("corpus"));
		List<String> options = List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading", "-Xshare:off");
		try (JavaProcess fuzzer = JavaProcess.start(Jazzer.class, options,
				"--target_class=" + DecoderFuzzer.class.getName(),
				"--instrumentation_includes=io.github.clonemap.protocol.**", "--reproducer_path=" + this.directory,
				"-artifact_prefix=" + this.directory + "/", "-max_total_time=" + SECONDS, "-max_len=4096",
				"-rss_limit_mb=2048", corpus.toString(), SEEDS.toString())) {
			fuzzer.awaitSuccess(Duration.ofSeconds(SECONDS + 60));
			assertThat(fuzzer.toString()).contains("Done ");
			// It has gone beyond what it was given, so it saw coverage.
			assertThat(fuzzer.toString()).contains("NEW");
		}
	}

	@Test
	void seedsAreOneOfEachMessageAndCanBeRead() throws IOException {
		try (Stream<Path> seeds = Files.list(SEEDS)) {
			assertThat(seeds).hasSizeGreaterThan(DecoderFuzzer.KEY).allSatisfy((seed) -> {
				byte[] data = Files.readAllBytes(seed);
				DecoderFuzzer.fuzzerTestOneInput(data);
			});
		}
	}

}
