package io.auditspring.applications;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * A class path of jars alone: the JVM archives no classes of folders.
 */
final class Jars {

	private Jars() {
	}

	/**
	 * Packs the folders of a class path.
	 * @param classPath the class path
	 * @param directory where the jars are put
	 * @return the class path without folders
	 */
	static String of(String classPath, Path directory) throws IOException {
		List<String> entries = new ArrayList<>();
		for (String entry : classPath.split(File.pathSeparator)) {
			Path path = Path.of(entry);
			entries.add(
					Files.isDirectory(path) ? jar(path, directory.resolve(entries.size() + ".jar")).toString() : entry);
		}
		return String.join(File.pathSeparator, entries);
	}

	private static Path jar(Path folder, Path jar) throws IOException {
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
				Stream<Path> all = Files.walk(folder)) {
			all.filter((file) -> !file.equals(folder)).sorted().forEach((file) -> add(folder, file, out));
		}
		return jar;
	}

	private static void add(Path folder, Path file, JarOutputStream out) {
		try {
			String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
			boolean directory = Files.isDirectory(file);
			out.putNextEntry(new JarEntry(directory ? name + '/' : name));
			if (!directory) {
				Files.copy(file, out);
			}
			out.closeEntry();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
