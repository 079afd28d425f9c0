<?php
/**
 * Compares an unpacked plugin with the checksums that the WordPress plugin directory publishes:
 * {"files": {"path": {"sha256": "…" or ["…", …]}}}. A file more, less or other than published is an error.
 *
 * usage: php published-checksums.php PUBLISHED.json FOLDER
 */

declare(strict_types=1);

[, $published, $folder] = $argv;
$files = json_decode((string) file_get_contents($published), true, 16, JSON_THROW_ON_ERROR)['files'];
if (count($files) < 1000) {
    fwrite(STDERR, "the published list is not that of a whole plugin\n");
    exit(1);
}

$faults = [];
foreach ($files as $path => $sums) {
    $file = "$folder/$path";
    if (!is_file($file)) {
        $faults[] = "missing: $path";
    } elseif (!in_array(hash_file('sha256', $file), (array) $sums['sha256'], true)) {
        $faults[] = "changed: $path";
    }
}
$all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
foreach ($all as $file) {
    $path = substr($file->getPathname(), strlen($folder) + 1);
    if (!isset($files[$path])) {
        $faults[] = "not published: $path";
    }
}

foreach (array_slice($faults, 0, 20) as $fault) {
    fwrite(STDERR, "$fault\n");
}
exit($faults === [] ? 0 : 1);
